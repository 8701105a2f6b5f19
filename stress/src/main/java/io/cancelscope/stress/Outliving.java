package io.cancelscope.stress;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;

/**
 * Work of the soak's that has begun when its scope closes in time, and goes on: whatever
 * ends the scopes around it still reaches it.
 */
final class Outliving {

	private static final int AT_ONCE = 8;

	private static final Duration FOR_EVER = Duration.ofSeconds(3);

	final LongAdder count = new LongAdder();

	private final Semaphore free = new Semaphore(AT_ONCE);

	private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);

	private final Soak soak;

	Outliving(Soak soak) {
		this.soak = soak;
	}

	/** Work that registers a callback, inside whatever is current. */
	void register(CancelScopes scopes, Manners manners, long nanos, boolean takesBack) {
		outlive(scopes, () -> {
			Promise promise = this.soak.promise(manners);
			CancelScope.Registration registration = CancelScope.current().onCancel(promise);
			return () -> {
				LockSupport.parkNanos(nanos);
				if (takesBack) {
					promise.takeBack(registration);
				}
				else if (CancelScope.current().isCancelled()) {
					promise.owe();
				}
			};
		});
	}

	/** Work that sleeps, inside a scope that ends soon. */
	void sleep(CancelScopes scopes) {
		OpenScope doomed = scopes.open(ScopeOptions.timeout(Duration.ofNanos(300_000)));
		try {
			if (outlive(scopes, () -> this::sleepForEver)) {
				while (!doomed.isCancelled()) {
					LockSupport.parkNanos(50_000);
				}
			}
		}
		finally {
			doomed.close();
		}
	}

	private void sleepForEver() {
		long since = System.nanoTime();
		try {
			CancelScope.current().sleep(FOR_EVER);
		}
		catch (ScopeCancelledException ex) {
			// Ignored: that is what it waits for
		}
		catch (InterruptedException ex) {
			this.soak.problem("an interruption came out that nobody had sent");
		}
		if (System.nanoTime() - since >= FOR_EVER.toNanos()) {
			this.soak.problem("a sleep that had outlived its scope was not ended from above");
		}
	}

	/**
	 * Runs work in a scope that closes once it has begun.
	 * @return {@code false} if there is no thread free for it
	 */
	private boolean outlive(CancelScopes scopes, Begin work) {
		if (!this.free.tryAcquire()) {
			return false;
		}
		this.count.increment();
		CountDownLatch begun = new CountDownLatch(1);
		OpenScope service = scopes.open(ScopeOptions.none());
		try {
			this.threads.execute(service.wrap((Runnable) () -> run(work, begun)));
			Below.await(() -> begun.getCount() == 0);
		}
		finally {
			service.close();
		}
		return true;
	}

	private void run(Begin work, CountDownLatch begun) {
		try {
			Runnable rest = work.begin();
			begun.countDown();
			rest.run();
		}
		catch (RuntimeException | Error ex) {
			this.soak.problem("carried work was ended by " + ex);
		}
		finally {
			begun.countDown();
			this.free.release();
		}
	}

	void end() throws InterruptedException {
		this.threads.shutdown();
		if (!this.threads.awaitTermination(1, TimeUnit.MINUTES)) {
			this.soak.problem("carried work has not ended");
		}
	}

	/** What is done before the scope closes, and then what is left to do. */
	private interface Begin {

		Runnable begin();

	}

}
