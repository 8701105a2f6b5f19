package io.cancelscope;

import java.io.Serial;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Predicate;

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

	/** How many exceptions {@link #findIn} looks at before it gives up. */
	private static final int SEARCH_LIMIT = 64;

	private final CancelReason reason;

	private final String scope;

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
	 * Finds the library's own exception in another one: itself, one of its causes, or one
	 * suppressed by those. That is how to recognise what a user's exception factory made,
	 * and what a library between wrapped.
	 * @param exception where to look, or {@code null}
	 * @return the outermost one found, or {@code null}
	 */
	public static @Nullable ScopeCancelledException findIn(@Nullable Throwable exception) {
		return find(exception, (found) -> true);
	}

	/**
	 * Whether an exception holds one of ours with this very reason. It may hold others
	 * too, of scopes that failed before.
	 */
	static boolean isIn(Throwable exception, CancelReason reason) {
		return find(exception, (found) -> found.reason == reason) != null;
	}

	private static @Nullable ScopeCancelledException find(@Nullable Throwable exception,
			Predicate<ScopeCancelledException> wanted) {
		if (exception == null) {
			return null;
		}
		Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
		Deque<Throwable> open = new ArrayDeque<>();
		open.add(exception);
		while (!open.isEmpty() && seen.size() < SEARCH_LIMIT) {
			Throwable at = open.remove();
			if (at instanceof ScopeCancelledException found && wanted.test(found)) {
				return found;
			}
			if (seen.add(at)) {
				if (at.getCause() != null) {
					open.add(at.getCause());
				}
				Collections.addAll(open, at.getSuppressed());
			}
		}
		return null;
	}

}
