package io.cancelscope.spring.grpc;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import io.cancelscope.thread.ScopeThreads;
import org.junit.jupiter.api.Assumptions;

import org.springframework.core.task.VirtualThreadTaskExecutor;

/**
 * The threads that make calls.
 */
enum CallThread {

	PLATFORM {
		@Override
		void start(Runnable task) {
			new Thread(task, "caller").start();
		}
	},

	COUNTING {
		@Override
		void start(Runnable task) {
			ScopeThreads.factory("caller").newThread(task).start();
		}
	},

	VIRTUAL {
		@Override
		void start(Runnable task) {
			Assumptions.assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
			new VirtualThreadTaskExecutor("caller").execute(task);
		}
	};

	abstract void start(Runnable task);

	/** Starts a call; what it returns or throws is the result. */
	<T> FutureTask<T> run(Callable<T> call) {
		FutureTask<T> task = new FutureTask<>(call);
		start(task);
		return task;
	}

	/** What a call has thrown. */
	static Throwable failure(FutureTask<?> call) throws Exception {
		try {
			Object result = call.get(60, TimeUnit.SECONDS);
			throw new AssertionError("It has not failed, but returned " + result);
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
	}

}
