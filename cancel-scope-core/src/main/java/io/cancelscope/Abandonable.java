package io.cancelscope;

import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A call that nothing can stop, on a thread of the library's, so that its caller can
 * leave. Race: the call ends while its caller leaves. One flag decides: the first of the
 * two sets it, so either the caller takes the value, or the value goes to who takes late
 * ones.
 */
final class Abandonable<T extends @Nullable Object> implements Runnable {

	/** So many may be under way at one time, left ones included. */
	static final int MOST = 64;

	private static final long SAY_SO_EVERY_NANOS = 10_000_000_000L;

	private static final Semaphore PLACES = new Semaphore(MOST);

	private static final Executor THREADS = new CallbackThreads("cancel-scope-abandonable", MOST, MOST, null);

	private static final AtomicLong LEFT = new AtomicLong();

	private static final AtomicLong SAID = new AtomicLong();

	static {
		sayItAgain();
	}

	private final String name;

	private final Callable<T> operation;

	private final Consumer<? super T> late;

	/** The call has ended, or its caller has left. */
	private final AtomicBoolean decided = new AtomicBoolean();

	/** Never fails: what the call threw is in its value, so that nothing wraps it. */
	private final CompletableFuture<Ended<T>> end = new CompletableFuture<>();

	private Abandonable(String name, Callable<T> operation, Consumer<? super T> late) {
		this.name = name;
		this.operation = operation;
		this.late = late;
	}

	static AbandonableCalls calls() {
		return new AbandonableCalls(MOST - PLACES.availablePermits(), MOST, LEFT.get());
	}

	static <T extends @Nullable Object, X extends Exception> T call(TreeScope scope,
			CancelScope.Operation<T, X> operation, Consumer<? super T> late) throws X {
		scope.check();
		enter(scope);
		Abandonable<T> call;
		try {
			scope.check(); // it may have waited
			scope.markCarried();
			call = new Abandonable<>(scope.name(), Carrier.callableAlways(scope, () -> operation.call(scope)), late);
			THREADS.execute(call);
		}
		catch (Throwable ex) {
			PLACES.release();
			throw ex;
		}
		return call.await(scope);
	}

	private static void enter(TreeScope scope) {
		if (PLACES.tryAcquire()) {
			return;
		}
		sayThatItWaits(scope);
		try {
			scope.<Boolean, InterruptedException>interruptibly((waiting) -> {
				PLACES.acquire();
				return Boolean.TRUE;
			});
		}
		catch (InterruptedException ex) {
			throw interrupted(scope.name(), ex);
		}
		catch (RuntimeException ex) {
			ex.addSuppressed(new RejectedExecutionException(
					"Could not start the abandonable call: all " + MOST + " threads for such calls were in use"));
			throw ex;
		}
	}

	/** The next one that waits says so, even if one has just done. */
	static void sayItAgain() {
		SAID.set(System.nanoTime() - SAY_SO_EVERY_NANOS);
	}

	private static void sayThatItWaits(TreeScope scope) {
		long now = System.nanoTime();
		long last = SAID.get();
		if (now - last >= SAY_SO_EVERY_NANOS && SAID.compareAndSet(last, now)) {
			Foreign.log(Level.WARNING,
					() -> "All " + MOST + " threads for abandonable calls are in use, so scope '" + scope.name()
							+ "' waits. Abandoned calls so far: " + LEFT.get()
							+ ". Check which calls never end. Logged at most every 10s.",
					null);
		}
	}

	/** On a thread of the library's. */
	@Override
	public void run() {
		Ended<T> ended = runOperation();
		if (this.decided.compareAndSet(false, true)) {
			// Order: first the place, so that who has its value finds it free.
			PLACES.release();
			this.end.complete(ended);
			return;
		}
		try {
			handOver(ended);
		}
		finally {
			PLACES.release();
		}
	}

	private Ended<T> runOperation() {
		try {
			T value = this.operation.call();
			return new Ended<>(() -> value, null);
		}
		catch (Throwable ex) {
			return new Ended<>(() -> {
				throw Foreign.<RuntimeException>sneakyThrow(ex);
			}, ex);
		}
	}

	/** The caller has left. */
	private void handOver(Ended<T> ended) {
		if (ended.failure != null) {
			Foreign.log(Level.DEBUG, () -> "An abandoned call of scope '" + this.name + "' failed", ended.failure);
			return;
		}
		Thread.interrupted(); // what interrupted the call is none of late's business
		// Carried into the root: what late leaves open does not stay on this thread.
		Foreign.run(Carrier.runnable(null, () -> this.late.accept(ended.value.get())),
				() -> "The consumer of late values of scope '" + this.name + "' failed");
	}

	private T await(TreeScope scope) {
		Ended<T> ended;
		try {
			ended = scope.await(this.end);
		}
		catch (InterruptedException ex) {
			ended = leave(interrupted(this.name, ex));
		}
		catch (RuntimeException | Error ex) {
			ended = leave(ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex); // it never fails
		}
		return ended.value.get();
	}

	/** Leaves, unless the call has ended by now: then its end counts. */
	private Ended<T> leave(Throwable because) {
		if (this.decided.compareAndSet(false, true)) {
			LEFT.incrementAndGet();
			throw Foreign.<RuntimeException>sneakyThrow(because);
		}
		return this.end.join();
	}

	private static RuntimeException interrupted(String name, InterruptedException cause) {
		Thread.currentThread().interrupt();
		return new CompletionException("Interrupted while waiting for an abandonable call of scope '" + name + "'",
				cause);
	}

	/** How the call ended. What it threw is thrown again for its value. */
	private record Ended<T extends @Nullable Object>(Supplier<T> value, @Nullable Throwable failure) {

	}

}
