package io.cancelscope.spring.jdbc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;

/**
 * Warnings of one kind about scopes of one name, of which at most one is logged in ten
 * seconds: they come by the hundred when a database hangs.
 */
final class LimitedWarnings {

	private static final OneLineLog logger = OneLineLog.of(StatementCanceller.class);

	private static final long INTERVAL = Duration.ofSeconds(10).toNanos();

	private static final int MOST_NAMES = 1_000;

	private final AtomicLong next = new AtomicLong(System.nanoTime());

	private final AtomicLong silent = new AtomicLong();

	static BoundedNames<LimitedWarnings> perScope() {
		return new BoundedNames<>(MOST_NAMES, (name) -> new LimitedWarnings());
	}

	/**
	 * Logs a warning, or counts it.
	 * @param text its text, without a full stop
	 * @param failure what goes with it, or {@code null}
	 */
	void log(Supplier<String> text, @Nullable Throwable failure) {
		long now = System.nanoTime();
		long due = this.next.get();
		if (now - due < 0 || !this.next.compareAndSet(due, now + INTERVAL)) {
			this.silent.incrementAndGet();
			return;
		}
		long silent = this.silent.getAndSet(0);
		logger.warn(text.get() + ((silent > 0) ? "; and " + silent + " more since the last line" : ""), failure);
	}

}
