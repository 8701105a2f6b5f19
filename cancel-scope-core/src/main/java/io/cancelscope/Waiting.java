package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Waits that end with their scope: made of the public API, and here because everybody
 * needs them.
 */
final class Waiting {

	private Waiting() {
	}

	static void sleep(CancelScope scope, TimeSource time, Duration duration) throws InterruptedException {
		scope.check();
		long nanos = Deadline.nanos(duration);
		if (nanos <= 0) {
			return;
		}
		scope.<Boolean, InterruptedException>interruptibly((cancellable) -> {
			sleep(time, nanos);
			return Boolean.TRUE;
		});
		scope.check();
	}

	private static void sleep(TimeSource time, long nanos) throws InterruptedException {
		if (time == TimeSource.system()) {
			TimeUnit.NANOSECONDS.sleep(nanos);
			return;
		}
		CountDownLatch over = new CountDownLatch(1);
		Runnable timer = time.schedule(over::countDown, nanos);
		try {
			over.await();
		}
		finally {
			timer.run();
		}
	}

	static <T extends @Nullable Object> T await(CancelScope scope, Future<T> future)
			throws InterruptedException, ExecutionException {
		scope.check();
		try {
			return scope.interruptibly((cancellable) -> get(future));
		}
		catch (CancellationException ex) {
			// Whoever cancelled the future may have done so because of the scope.
			scope.check();
			throw ex;
		}
		catch (Failed ex) {
			if (ScopeCancelledException.findIn(ex.failure) != null) {
				scope.check();
			}
			throw ex.failure;
		}
	}

	private static <T extends @Nullable Object> T get(Future<T> future) throws InterruptedException, Failed {
		try {
			return future.get();
		}
		catch (ExecutionException ex) {
			throw new Failed(ex);
		}
	}

	/** Keeps what the future failed with from being taken for an interruption. */
	private static final class Failed extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final ExecutionException failure;

		Failed(ExecutionException failure) {
			super(null, null, false, false);
			this.failure = failure;
		}

	}

}
