package com.example.shop;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import io.cancelscope.CancelScopes;
import io.cancelscope.testing.ManualTime;

/**
 * Code of a user's, in a package that is neither ours nor Spring's.
 */
public class Shop {

	private final CancelScopes scopes;

	public Shop(CancelScopes scopes) {
		this.scopes = scopes;
	}

	/**
	 * Notices that time is up.
	 * @param time moves on by a second first
	 */
	public void sell(ManualTime time) {
		time.advance(Duration.ofSeconds(1));
		this.scopes.check();
	}

	/**
	 * Notices nothing.
	 * @param there is counted down when it has come here
	 * @param end ends it
	 */
	public void waitForCustomers(CountDownLatch there, CountDownLatch end) {
		there.countDown();
		try {
			end.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
