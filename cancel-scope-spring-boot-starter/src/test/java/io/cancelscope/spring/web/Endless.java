package io.cancelscope.spring.web;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;

/**
 * What only its scope ends.
 */
final class Endless {

	private Endless() {
	}

	/**
	 * Returns after many seconds, for a failure that says so, where there is no scope.
	 */
	static void work() {
		CancelScope scope = CancelScope.current();
		CountDownLatch cancelled = new CountDownLatch(1);
		CancelScope.Registration registration = scope.onCancel((reason) -> cancelled.countDown());
		try {
			cancelled.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			registration.close();
		}
		scope.check();
	}

}
