package io.cancelscope.testing;

import java.time.Duration;
import java.util.Comparator;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Executor;

import io.cancelscope.TimeSource;
import io.cancelscope.CancelScopes;
import io.cancelscope.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until a test moves it. What is due fires in order, on the
 * thread that advances the clock, and reads the instant that it was scheduled for. Safe
 * for use by multiple threads. The idea comes from Trio's {@code MockClock} and gRPC's
 * fake tickers.
 *
 * <pre>{@code
 * ManualTime time = new ManualTime();
 * CancelScopes scopes = time.scopes();
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

	private final AfterTimers callbacks = new AfterTimers();

	private final CancelScopes scopes;

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
	 * Creates a clock with a given first reading, for example {@code Long.MAX_VALUE} for
	 * a clock that wraps.
	 * @param startNanos the first reading
	 */
	public ManualTime(long startNanos) {
		this.start = startNanos;
		this.scopes = CancelScopes.builder().timeSource(this).callbackExecutor(this.callbacks).build();
	}

	/**
	 * Returns scopes on this time, which need no other thread: the callbacks of a
	 * deadline have run when {@link #advance} returns.
	 * <p>
	 * They run on the thread that advances, at the instant of their deadline, after the
	 * task of the timer and never inside it. If other code notices an expired deadline,
	 * for example {@link io.cancelscope.CancelScope#isCancelled()} or a
	 * {@link io.cancelscope.OpenScope#reschedule reschedule} into the past, they run at
	 * once on that thread. Inside a callback they wait until that callback has ended.
	 * <p>
	 * For a listener or other choices, use {@link CancelScopes#builder()} with this time
	 * source and {@link #callbackExecutor()}.
	 * @return the same object on every call
	 */
	public CancelScopes scopes() {
		return this.scopes;
	}

	/**
	 * Returns the executor of {@link #scopes()}, for a builder of your own.
	 * @return the executor, which runs callbacks on the calling thread as described there
	 */
	public Executor callbackExecutor() {
		return this.callbacks;
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
	 * Moves the clock forward. Everything due until then fires first, earliest first,
	 * each at its own instant, and in the order of scheduling where instants are the
	 * same. What a task throws is thrown by this method, and the clock then stands at the
	 * instant of that task; what a callback of a scope throws is logged.
	 * @param duration the time to move; zero fires what is due now
	 * @throws IllegalArgumentException if the duration is negative
	 */
	public void advance(Duration duration) {
		Objects.requireNonNull(duration, "duration");
		if (duration.isNegative()) {
			throw new IllegalArgumentException("The duration must not be negative, but was "
					+ Durations.format(duration) + ". Manual time only moves forward.");
		}
		long target = later(this.elapsed, duration);
		for (Entry due = next(target); due != null; due = next(target)) {
			this.callbacks.fire(due.task);
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
	 * Returns how many tasks wait to fire: zero if all scopes of a test are closed.
	 * @return the number of scheduled tasks that have neither fired nor been cancelled
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
