package io.cancelscope.demo.history;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What makes a query slow: a function of the database's, see {@code schema.sql}. Public
 * because the database calls it.
 */
public final class SlowRows {

	private SlowRows() {
	}

	/** Whether an instant has come, by nanoTime; finding out takes a moment. */
	public static boolean reached(long instant) {
		LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
		return System.nanoTime() - instant >= 0;
	}

}
