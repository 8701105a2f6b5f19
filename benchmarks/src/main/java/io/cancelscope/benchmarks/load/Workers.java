package io.cancelscope.benchmarks.load;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

/**
 * A pool that tells when a thread is done with a request's task and ready for another.
 */
final class Workers extends ThreadPoolExecutor {

	private final ThreadLocal<Integer> request = new ThreadLocal<>();

	private final IntConsumer back;

	Workers(IntConsumer back) {
		super(40, Integer.MAX_VALUE, 60, TimeUnit.SECONDS, new SynchronousQueue<>());
		this.back = back;
	}

	/** Says whose task the current thread runs. */
	void serve(int request) {
		this.request.set(request);
	}

	@Override
	protected void afterExecute(Runnable task, @Nullable Throwable failure) {
		Integer served = this.request.get();
		if (served != null) {
			this.request.remove();
			this.back.accept(served);
		}
	}

}
