package io.cancelscope;

import java.io.Serial;
import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Exception that {@link CancelScope#check()} throws if the scope is cancelled. Code
 * between the check and the opener of the cancelled scope should not catch it: the opener
 * handles it.
 * <p>
 * This class deliberately does not extend
 * {@link java.util.concurrent.CancellationException}, which futures and Kotlin's
 * coroutines swallow.
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
	 * Returns the reason for the cancellation.
	 * @return the reason
	 */
	public CancelReason reason() {
		return this.reason;
	}

	/**
	 * Returns the name of the scope that was checked. For the scope in which the
	 * cancellation began, see {@link #reason()}.
	 * @return the name
	 */
	public String scope() {
		return this.scope;
	}

	/**
	 * Returns the timeout of the scope in which the cancellation began, which is the
	 * origin of the {@linkplain #reason() reason}.
	 * @return the timeout that the scope was opened with, empty if it had none
	 */
	public Optional<Duration> budget() {
		return Optional.ofNullable(this.budget);
	}

	/**
	 * Finds an exception of this library in another exception: the exception itself or
	 * one of its causes. Use it to recognise an exception that a custom exception factory
	 * created, or that a library wrapped.
	 * <p>
	 * A suppressed exception is not found, because the failure that it was added to takes
	 * precedence. The only exception to this rule is an exception that a custom factory
	 * created with a cause of its own.
	 * @param exception the exception to search, or {@code null}
	 * @return the outermost exception found, or {@code null}
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
