package io.cancelscope.stress;

import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.cancelscope.CancelScopes;
import io.cancelscope.TimeSource;

/**
 * Executors for the callbacks of the soak's deadlines, well and ill behaved: none of them
 * may lose one.
 */
enum Manners {

	/** The library's own threads. */
	OWN((pools) -> null),

	CACHED((pools) -> pools.apply(Executors.newCachedThreadPool())),

	ONE_THREAD((pools) -> pools.apply(Executors.newSingleThreadExecutor())),

	CALLER_RUNS((pools) -> pools.apply(new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1),
			new ThreadPoolExecutor.CallerRunsPolicy()))),

	SAME_THREAD((pools) -> Runnable::run),

	REJECTING((pools) -> (task) -> {
		throw new RejectedExecutionException("on purpose");
	}),

	THROWING((pools) -> (task) -> {
		throw new IllegalStateException("on purpose");
	}),

	DISCARDING((pools) -> (task) -> {
	});

	private final Executor executor;

	private ExecutorService pool;

	/** Callbacks that are due and have not run. */
	final AtomicLong owed = new AtomicLong();

	Manners(Function<Function<ExecutorService, Executor>, Executor> executor) {
		this.executor = executor.apply((pool) -> {
			this.pool = pool;
			return pool;
		});
	}

	CancelScopes scopesOn(TimeSource time) {
		CancelScopes.Builder builder = CancelScopes.builder().timeSource(time);
		return ((this.executor != null) ? builder.callbackExecutor(this.executor) : builder).build();
	}

	void end() {
		if (this.pool != null) {
			this.pool.shutdown();
		}
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', ' ');
	}

}
