package io.cancelscope;

import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs each task in the scope of its submitter, as it was at submit time; a periodic one
 * until that scope is cancelled.
 */
final class PropagatingScheduledExecutorService extends PropagatingExecutorService implements ScheduledExecutorService {

	private final ScheduledExecutorService executor;

	PropagatingScheduledExecutorService(ScheduledExecutorService executor) {
		super(executor);
		this.executor = executor;
	}

	/** Throws where the scope is cancelled: that is how a periodic task is stopped. */
	private static Runnable carryWhileUncancelled(Runnable task) {
		CancelScope scope = CancelScope.current();
		Runnable carried = scope.wrap(task);
		return () -> {
			scope.check();
			carried.run();
		};
	}

	@Override
	public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
		return this.executor.schedule(carry(command), delay, unit);
	}

	@Override
	public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
		return this.executor.schedule(carry(callable), delay, unit);
	}

	@Override
	public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
		return this.executor.scheduleAtFixedRate(carryWhileUncancelled(command), initialDelay, period, unit);
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
		return this.executor.scheduleWithFixedDelay(carryWhileUncancelled(command), initialDelay, delay, unit);
	}

}
