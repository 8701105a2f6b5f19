package io.cancelscope.peers;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.Timeout;
import dev.failsafe.TimeoutExceededException;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.smallrye.faulttolerance.api.TypedGuard;

/**
 * A library that ends a body after a timeout by interrupting its thread.
 */
enum Peer {

	/** What a careful colleague writes: one compare-and-set, then the interrupt. */
	PLAIN("plain compare-and-set, then interrupt") {

		@Override
		String call(Duration timeout, Callable<String> body) throws Exception {
			Thread thread = Thread.currentThread();
			AtomicBoolean over = new AtomicBoolean();
			var timer = TIMER.schedule(() -> {
				if (over.compareAndSet(false, true)) {
					thread.interrupt();
				}
			}, timeout.toNanos(), TimeUnit.NANOSECONDS);
			boolean timedOut = false;
			try {
				return body.call();
			}
			catch (InterruptedException ex) {
				if (over.get()) {
					throw new TimeoutException();
				}
				throw ex;
			}
			finally {
				timedOut = !over.compareAndSet(false, true);
				timer.cancel(false);
				if (timedOut) {
					Thread.interrupted();
				}
			}
		}

		@Override
		boolean isTimeout(Throwable ex) {
			return ex instanceof TimeoutException;
		}

	},

	FAILSAFE("Failsafe 3.3.2") {

		@Override
		String call(Duration timeout, Callable<String> body) throws Exception {
			try {
				return Failsafe.with(Timeout.<String>builder(timeout).withInterrupt().build()).get(body::call);
			}
			catch (FailsafeException ex) {
				if (ex.getCause() instanceof InterruptedException interruption) {
					throw interruption;
				}
				throw ex;
			}
		}

		@Override
		boolean isTimeout(Throwable ex) {
			return ex instanceof TimeoutExceededException;
		}

	},

	SMALLRYE("SmallRye Fault Tolerance 6.11.2") {

		@Override
		String call(Duration timeout, Callable<String> body) throws Exception {
			return TypedGuard.create(String.class)
				.withTimeout()
				.duration(timeout.toMillis(), ChronoUnit.MILLIS)
				.done()
				.build()
				.call(body);
		}

		@Override
		boolean isTimeout(Throwable ex) {
			return ex.getClass().getSimpleName().equals("TimeoutException");
		}

	},

	OURS("cancel-scope") {

		@Override
		String call(Duration timeout, Callable<String> body) throws Exception {
			return SCOPES.call(ScopeOptions.timeout(timeout).interrupt(), (scope) -> body.call());
		}

		@Override
		boolean isTimeout(Throwable ex) {
			return ex instanceof DeadlineExceededException;
		}

	};

	private static final CancelScopes SCOPES = CancelScopes.create();

	private static final ScheduledExecutorService TIMER = Executors.newScheduledThreadPool(1, (task) -> {
		Thread thread = new Thread(task, "plain-timer");
		thread.setDaemon(true);
		return thread;
	});

	final String title;

	Peer(String title) {
		this.title = title;
	}

	abstract String call(Duration timeout, Callable<String> body) throws Exception;

	abstract boolean isTimeout(Throwable ex);

}
