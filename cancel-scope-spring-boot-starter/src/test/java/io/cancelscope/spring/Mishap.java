package io.cancelscope.spring;

import io.cancelscope.CancelScope;

/**
 * Failures on top of which comes a cancellation: a resource that is closed on the way out
 * comes to a safe point of a scope that is cancelled by then.
 */
public final class Mishap {

	private Mishap() {
	}

	/**
	 * Fails in a cancelled scope.
	 * @return nothing
	 * @throws IllegalStateException always, with our exception suppressed in it
	 */
	public static String declined() {
		AutoCloseable cart = CancelScope.current()::check;
		try (cart) {
			throw new IllegalStateException("card declined");
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Fails in a cancelled scope, in a layer further out.
	 * @return nothing
	 * @throws RuntimeException always, whose cause has our exception suppressed in it
	 */
	public static String orderFailed() {
		try {
			return declined();
		}
		catch (IllegalStateException ex) {
			throw new RuntimeException("order failed", ex);
		}
	}

}
