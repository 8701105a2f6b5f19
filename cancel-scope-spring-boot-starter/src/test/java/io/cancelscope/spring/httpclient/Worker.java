package io.cancelscope.spring.httpclient;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Assumptions;

import org.springframework.core.task.VirtualThreadTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The threads that make calls, and how they are afterwards.
 */
enum Worker {

	PLATFORM {
		@Override
		void start(Runnable task) {
			new Thread(task, "worker").start();
		}
	},

	VIRTUAL {
		@Override
		void start(Runnable task) {
			Assumptions.assumeTrue(Runtime.version().feature() >= 21, "virtual threads came with Java 21");
			new VirtualThreadTaskExecutor("worker").execute(task);
		}
	};

	abstract void start(Runnable task);

	/** Starts a call; what it returns or throws is the result. */
	<T> FutureTask<T> call(Callable<T> call) {
		FutureTask<T> task = new FutureTask<>(() -> {
			try {
				return call.call();
			}
			finally {
				assertThat(Thread.currentThread().isInterrupted()).as("an interrupt left behind").isFalse();
			}
		});
		start(task);
		return task;
	}

	/** What a call has thrown. */
	static Throwable failure(FutureTask<?> call) throws Exception {
		try {
			Object result = call.get(20, TimeUnit.SECONDS);
			throw new AssertionError("It has not failed, but returned " + result);
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
	}

}
