package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;

/**
 * A time of the test's in which something happens once in the middle of a call, as if
 * another thread were that fast: so a race has the same schedule on every run.
 */
final class HookedTime implements TimeSource {

	private final ManualTime time = new ManualTime();

	private final AtomicReference<@Nullable Hook> reading = new AtomicReference<>();

	private final AtomicReference<@Nullable Hook> scheduling = new AtomicReference<>();

	private final AtomicReference<@Nullable Hook> cancelling = new AtomicReference<>();

	private final AtomicInteger scheduled = new AtomicInteger();

	/** Scopes on this time, whose callbacks run on the thread that advances it. */
	CancelScopes scopes() {
		return CancelScopes.builder().timeSource(this).callbackExecutor(Runnable::run).build();
	}

	/** Happens when the clock is read next while a condition holds. */
	void whenReadWhile(BooleanSupplier condition, Runnable what) {
		this.reading.set(new Hook(condition, what));
	}

	/** Happens before the next alarm is there. What it throws, the caller gets. */
	void whenNextScheduled(Runnable what) {
		this.scheduling.set(new Hook(() -> true, what));
	}

	/** Happens before the next alarm that is taken out has gone. */
	void whenNextCancelled(Runnable what) {
		this.cancelling.set(new Hook(() -> true, what));
	}

	@Override
	public long nanoTime() {
		happen(this.reading);
		return this.time.nanoTime();
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		this.scheduled.incrementAndGet();
		happen(this.scheduling);
		Runnable cancel = this.time.schedule(task, delayNanos);
		return () -> {
			happen(this.cancelling);
			cancel.run();
		};
	}

	private static void happen(AtomicReference<@Nullable Hook> place) {
		Hook hook = place.get();
		if (hook != null && hook.condition.getAsBoolean() && place.compareAndSet(hook, null)) {
			hook.what.run();
		}
	}

	void advance(Duration duration) {
		this.time.advance(duration);
	}

	int pending() {
		return this.time.pending();
	}

	/** How many alarms were asked for. */
	int scheduled() {
		return this.scheduled.get();
	}

	private record Hook(BooleanSupplier condition, Runnable what) {
	}

}
