package io.cancelscope.spring;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;

/**
 * Turns the failure of a library that was stopped into the exception of the scope that
 * stopped it. {@link ScopeCancelledException#findIn(Throwable)} is what decides whether a
 * failure comes of a cancellation.
 */
public final class ScopeFailures {

	private ScopeFailures() {
	}

	/**
	 * Attaches the failure of a library to the exception that is thrown in its place: as
	 * the cause where there is none yet, otherwise suppressed.
	 * @param own what {@link CancelScope#exception()} returned
	 * @param failure what the library threw
	 * @return the scope's exception, the same object
	 */
	public static RuntimeException attach(RuntimeException own, Throwable failure) {
		ScopeCancelledException ours = ScopeCancelledException.findIn(own);
		Throwable last = (ours != null) ? ours : own;
		try {
			last.initCause(failure);
		}
		catch (IllegalStateException ex) {
			// Ignored: made with a cause, maybe null, that can't be changed any more.
			last.addSuppressed(failure);
		}
		return own;
	}

	/**
	 * Throws an exception as it is, checked or not.
	 * @param exception what to throw
	 * @param <X> unchecked, for the compiler
	 * @return nothing; so that the caller can write {@code throw}
	 * @throws X always
	 */
	@SuppressWarnings("unchecked")
	public static <X extends Throwable> X sneakyThrow(Throwable exception) throws X {
		throw (X) exception;
	}

}
