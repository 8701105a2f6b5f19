package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.cancelscope.Durations;
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.OneLineLog;

/**
 * The line in the log about the close of a connection whose statement does not end. One
 * in ten seconds for each scope: they come by the hundred when a database hangs.
 */
final class Abortion {

	private static final OneLineLog logger = OneLineLog.of(StatementExecution.class);

	private static final long INTERVAL = Duration.ofSeconds(10).toNanos();

	private static final BoundedNames<AtomicLong> NEXT = new BoundedNames<>(1_000,
			(name) -> new AtomicLong(System.nanoTime()));

	private Abortion() {
	}

	static void report(String scope, Duration after) {
		AtomicLong next = NEXT.get(scope);
		long now = System.nanoTime();
		long due = next.get();
		if (now - due >= 0 && next.compareAndSet(due, now + INTERVAL)) {
			logger.warn("Closing the R2DBC connection of a statement of scope '" + scope + "': still running "
					+ Durations.format(after) + " after it was cancelled (cancel-scope.r2dbc.abort-after)");
		}
	}

}
