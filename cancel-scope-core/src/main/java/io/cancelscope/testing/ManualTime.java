package io.cancelscope.testing;

import java.time.Duration;
import java.util.Comparator;
import java.util.Objects;
import java.util.TreeSet;

import io.cancelscope.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until a test moves it. What is due on the way fires in order,
 * on the thread that advances, and sees the instant it was scheduled for. Safe for use by
 * many threads. The idea comes from Trio's {@code MockClock} and gRPC's fake tickers.
 *
 * <pre>{@code
 * ManualTime time = new ManualTime();
 * CancelScopes scopes = CancelScopes.builder().timeSource(time).callbackExecutor(Runnable::run).build();
 * try (OpenScope scope = scopes.open(ScopeOptions.timeout(Duration.ofSeconds(2)))) {
 *     time.advance(Duration.ofSeconds(2));
 *     assertThat(scope.isCancelled()).isTrue();
 * }
 * }</pre>
 */
public final class ManualTime implements TimeSource {

	private final Object lock = new Object();

	// The clock may wrap, so entries are ordered by how far they are from the start.
	private final TreeSet<Entry> entries = new TreeSet<>(
			Comparator.comparingLong(Entry::elapsedWhenDue).thenComparingLong(Entry::number));

	private final long start;

	private volatile long elapsed;

	private long scheduled;

	/**
	 * Creates a clock that reads zero.
	 */
	public ManualTime() {
		this(0);
	}

	/**
	 * Creates a clock with a given first reading, such as {@code Long.MAX_VALUE}, to see
	 * it wrap.
	 * @param startNanos the first reading
	 */
	public ManualTime(long startNanos) {
		this.start = startNanos;
	}

	@Override
	public long nanoTime() {
		return this.start + this.elapsed;
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		Objects.requireNonNull(task, "task");
		synchronized (this.lock) {
			long due = this.elapsed + Math.max(0, delayNanos);
			Entry entry = new Entry(task, (due >= 0) ? due : Long.MAX_VALUE, this.scheduled++);
			this.entries.add(entry);
			return () -> remove(entry);
		}
	}

	private void remove(Entry entry) {
		synchronized (this.lock) {
			this.entries.remove(entry);
		}
	}

	/**
	 * Moves the clock on. Everything due until then fires first, earliest first, each at
	 * its own instant, and in the order of scheduling where instants are the same. What a
	 * task throws comes out of here, with the clock standing at that task's instant.
	 * @param duration how far; zero fires what is due now
	 * @throws IllegalArgumentException if the duration is negative
	 */
	public void advance(Duration duration) {
		Objects.requireNonNull(duration, "duration");
		if (duration.isNegative()) {
			throw new IllegalArgumentException("Time does not go back, and was to be advanced by " + duration
					+ ": give a duration of zero or more.");
		}
		long target = later(this.elapsed, duration);
		for (Entry due = next(target); due != null; due = next(target)) {
			due.task.run();
		}
		synchronized (this.lock) {
			this.elapsed = Math.max(this.elapsed, target);
		}
	}

	/** At most as far as a clock can be moved. */
	private static long later(long elapsed, Duration duration) {
		Duration most = Duration.ofNanos(Long.MAX_VALUE - elapsed);
		return (duration.compareTo(most) < 0) ? elapsed + duration.toNanos() : Long.MAX_VALUE;
	}

	private @Nullable Entry next(long target) {
		synchronized (this.lock) {
			if (this.entries.isEmpty() || this.entries.first().elapsedWhenDue > target) {
				return null;
			}
			Entry first = this.entries.first();
			this.entries.remove(first);
			this.elapsed = Math.max(this.elapsed, first.elapsedWhenDue);
			return first;
		}
	}

	/**
	 * Returns how many tasks wait to fire. A test that has closed its scopes expects
	 * none.
	 * @return the number of tasks scheduled, neither fired nor cancelled
	 */
	public int pending() {
		synchronized (this.lock) {
			return this.entries.size();
		}
	}

	@Override
	public String toString() {
		return "ManualTime[" + Duration.ofNanos(this.elapsed) + " after its start, " + pending() + " pending]";
	}

	private record Entry(Runnable task, long elapsedWhenDue, long number) {
	}

}
