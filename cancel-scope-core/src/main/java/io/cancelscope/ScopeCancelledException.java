package io.cancelscope;

import java.io.Serial;
import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by {@link CancelScope#check()} where the scope is cancelled: the work was asked
 * to stop. Let it pass; whoever opened the scope that was cancelled is the one to handle
 * it.
 * <p>
 * It is deliberately not a {@link java.util.concurrent.CancellationException}: futures
 * and Kotlin's coroutines swallow those.
 */
public class ScopeCancelledException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * How many causes deep {@link #findIn} looks before it gives up: chains may be rings.
	 */
	private static final int SEARCH_LIMIT = 64;

	/** Why the scope was cancelled. */
	private final CancelReason reason;

	/** The name of the scope whose exception this is. */
	private final String scope;

	/** Set before the exception is handed out. */
	private @Nullable Duration budget;

	/** Where it was made, as far as that is open. */
	private transient @Nullable Whereabouts from;

	/** The exception that a user's factory made of this one, and that had a cause. */
	private transient @Nullable Throwable front;

	ScopeCancelledException(String message, CancelReason reason, String scope, @Nullable Throwable cause) {
		super(message);
		if (cause != null) {
			// Otherwise left open, so that who translates a library's exception can add
			// it.
			initCause(cause);
		}
		this.reason = reason;
		this.scope = scope;
	}

	/**
	 * Returns why the scope is cancelled.
	 * @return the reason
	 */
	public CancelReason reason() {
		return this.reason;
	}

	/**
	 * Returns the name of the scope that was checked. Where the cancellation began is in
	 * {@link #reason()}.
	 * @return the name
	 */
	public String scope() {
		return this.scope;
	}

	/**
	 * Returns the timeout of the scope where the cancellation began, which is the origin
	 * of the {@linkplain #reason() reason}.
	 * @return the timeout that the scope was opened with, empty if it was opened without
	 */
	public Optional<Duration> budget() {
		return Optional.ofNullable(this.budget);
	}

	/**
	 * Finds the library's own exception in another one: itself or one of its causes. That
	 * is how to recognise what a user's exception factory made, and what a library
	 * between wrapped; it is the one definition of "ours". An exception that is only
	 * suppressed came on top of a failure of its own, and the failure counts; what a
	 * factory made with a cause of its own, so that this could only be suppressed in it,
	 * is recognised.
	 * @param exception where to look, or {@code null}
	 * @return the outermost one found, or {@code null}
	 */
	public static @Nullable ScopeCancelledException findIn(@Nullable Throwable exception) {
		return find(exception, null);
	}

	/**
	 * Whether an exception holds one of ours with this very reason. It may hold others
	 * too, of scopes that failed before.
	 */
	static boolean isIn(Throwable exception, CancelReason reason) {
		return find(exception, reason) != null;
	}

	private static @Nullable ScopeCancelledException find(@Nullable Throwable exception,
			@Nullable CancelReason wanted) {
		Throwable at = exception;
		for (int i = 0; at != null && i < SEARCH_LIMIT; i++) {
			ScopeCancelledException found = (at instanceof ScopeCancelledException ours) ? ours : behind(at, wanted);
			if (found != null && found.isWanted(wanted)) {
				return found;
			}
			at = Foreign.cause(at);
		}
		return null;
	}

	private boolean isWanted(@Nullable CancelReason wanted) {
		return wanted == null || this.reason == wanted;
	}

	/** The last one made: a factory may hand out the same exception for many of ours. */
	private static @Nullable ScopeCancelledException behind(Throwable exception, @Nullable CancelReason wanted) {
		ScopeCancelledException last = null;
		for (Throwable suppressed : exception.getSuppressed()) {
			if (suppressed instanceof ScopeCancelledException ours && ours.front == exception
					&& ours.isWanted(wanted)) {
				last = ours;
			}
		}
		return last;
	}

	/** It is suppressed in an exception that a factory made of it. */
	void standsBehind(Throwable front) {
		this.front = front;
	}

	void beganWithin(@Nullable Duration budget) {
		this.budget = budget;
	}

	void comesFrom(Whereabouts from) {
		this.from = from;
	}

	/** Whether it was made in this scope, or in one inside it. */
	boolean isFrom(ScopeNode scope) {
		return this.from != null && this.from.isIn(scope);
	}

}
