package io.cancelscope.spring;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;

/**
 * Replaces the failure of a stopped library call by the exception of the scope that
 * stopped it. {@link ScopeCancelledException#findIn(Throwable)} determines whether a
 * failure is the result of a cancellation.
 */
public final class ScopeFailures {

	private ScopeFailures() {
	}

	/**
	 * Attaches the failure of a library to the exception that is thrown instead: as its
	 * cause if it has none, and otherwise as a suppressed exception.
	 * @param own the result of {@link CancelScope#exception()}
	 * @param failure the exception that the library threw
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
	 * Throws an exception unchanged, checked or not.
	 * @param exception the exception to throw
	 * @param <X> an unchecked type, for the compiler
	 * @return nothing; allows the caller to write {@code throw}
	 * @throws X always
	 */
	@SuppressWarnings("unchecked")
	public static <X extends Throwable> X sneakyThrow(Throwable exception) throws X {
		throw (X) exception;
	}

}
