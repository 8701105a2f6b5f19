package io.cancelscope;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Entry point for opening scopes and for querying the current one. Instances are
 * immutable and thread-safe. Create one per application, or inject the auto-configured
 * bean.
 *
 * <pre>{@code
 * CancelScopes scopes = CancelScopes.create();
 * Quote best = scopes.call(ScopeOptions.timeout(Duration.ofMillis(800)), (scope) -> search(request));
 * }</pre>
 */
public final class CancelScopes extends ScopesInUse {

	private CancelScopes(Setup setup) {
		super(setup);
	}

	/**
	 * Creates an instance that uses the system clock and runs callbacks on daemon
	 * threads.
	 * @return the new instance
	 */
	public static CancelScopes create() {
		return builder().build();
	}

	/**
	 * Returns a builder for an instance with custom settings.
	 * @return the builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Opens a scope inside the current one and makes it current on the calling thread
	 * until it is closed. Close it in the same block and on the same thread.
	 * @param options the options of the scope
	 * @return the open scope
	 * @throws ScopeCancelledException if the options have
	 * {@link ScopeOptions#checkOnEnter()} and the scope would be cancelled from the start
	 * @throws IllegalArgumentException if the options have a deadline of another time
	 * source
	 */
	public OpenScope open(ScopeOptions options) {
		Objects.requireNonNull(options, "options");
		return Opening.bound(this.setup, options);
	}

	/**
	 * Opens a scope inside the current one, like {@link #open}, but does not make it
	 * current on any thread. Meant for operations that end on another thread or in
	 * another method than they began. Make it current with {@link CancelScope#attach()}
	 * where its code runs. It can be closed on any thread.
	 * @param options the options of the scope
	 * @return the open scope
	 * @throws ScopeCancelledException as {@link #open(ScopeOptions)}
	 * @throws IllegalArgumentException as {@link #open(ScopeOptions)}
	 */
	public OpenScope openUnbound(ScopeOptions options) {
		Objects.requireNonNull(options, "options");
		return Opening.unbound(this.setup, options);
	}

	/**
	 * Runs code in a new scope. An exception that leaves the code cancels the scope,
	 * unless the options exclude it, and is thrown unchanged.
	 * @param options the options of the scope
	 * @param action the code; receives the scope
	 * @param <X> the checked exception that it may throw
	 * @throws X if the code throws it
	 */
	public <X extends Exception> void run(ScopeOptions options, CancelScope.Action<X> action) throws X {
		Objects.requireNonNull(action, "action");
		this.<Boolean, X>call(options, (scope) -> {
			action.run(scope);
			return Boolean.TRUE;
		});
	}

	/**
	 * Runs code in a new scope and returns its value. An exception that leaves the code
	 * cancels the scope, unless the options exclude it, and is thrown unchanged. A late
	 * result is returned, unless the options have {@link ScopeOptions#checkOnExit()}.
	 * @param options the options of the scope
	 * @param operation the code; receives the scope
	 * @param <T> the type of the value
	 * @param <X> the checked exception that it may throw
	 * @return the value that the code returned
	 * @throws X if the code throws it
	 */
	public <T extends @Nullable Object, X extends Exception> T call(ScopeOptions options,
			CancelScope.Operation<T, X> operation) throws X {
		Objects.requireNonNull(options, "options");
		Objects.requireNonNull(operation, "operation");
		return Body.run(this.setup, options, operation, null);
	}

	/**
	 * Runs code in a new scope, and returns a fallback if that scope stopped the code.
	 * The fallback runs only if all of the following hold:
	 * <ul>
	 * <li>the cancellation began in this scope</li>
	 * <li>no visible ancestor is cancelled</li>
	 * <li>the code ended with an exception of this library that belongs to this scope or
	 * to a scope inside it</li>
	 * </ul>
	 * If multiple scopes are cancelled, the outermost one therefore decides. Otherwise
	 * the exception is thrown unchanged. The fallback runs after the scope has closed, in
	 * the scope around it. The idea comes from Trio's {@code move_on_after}.
	 * @param options the options of the scope
	 * @param operation the code; receives the scope
	 * @param fallback returns the value of the fallback; receives the reason
	 * @param <T> the type of the value
	 * @param <X> the checked exception that the code may throw
	 * @return the value of the code or of the fallback
	 * @throws X if the code throws it
	 */
	public <T extends @Nullable Object, X extends Exception> T callOrElse(ScopeOptions options,
			CancelScope.Operation<T, X> operation, Function<CancelReason, ? extends T> fallback) throws X {
		Objects.requireNonNull(options, "options");
		Objects.requireNonNull(operation, "operation");
		Objects.requireNonNull(fallback, "fallback");
		return Body.run(this.setup, options, operation, fallback);
	}

	/**
	 * Runs code in a new scope, and returns {@code false} if that scope stopped the code.
	 * The conditions are those of {@link #callOrElse}.
	 * @param options the options of the scope
	 * @param action the code; receives the scope
	 * @param <X> the checked exception that it may throw
	 * @return {@code true} if the code completed, {@code false} if the scope stopped it
	 * @throws X if the code throws it
	 */
	public <X extends Exception> boolean tryRun(ScopeOptions options, CancelScope.Action<X> action) throws X {
		Objects.requireNonNull(action, "action");
		return this.<Boolean, X>callOrElse(options, (scope) -> {
			action.run(scope);
			return Boolean.TRUE;
		}, (reason) -> Boolean.FALSE);
	}

	/**
	 * Starts an operation that continues after this method has returned, in a new scope
	 * that lasts until the stage is completed.
	 * <p>
	 * When the scope is cancelled or its deadline passes, the returned future fails with
	 * the scope's exception, whatever the operation does. It completes after all stops,
	 * even if a stop completes the stage. Cancelling the future cancels the scope and
	 * then completes the future. By contrast, {@code CompletableFuture.orTimeout} stops
	 * no work.
	 * <p>
	 * If the stage fails while the scope is not cancelled, the future fails with the same
	 * exception, and the scope is cancelled unless the options exclude the exception. A
	 * value or an exception that arrives after the cancellation is dropped, with or
	 * without {@link ScopeOptions#checkOnExit()}.
	 * @param options the options of the scope
	 * @param operation starts the work on the calling thread, with the scope current, and
	 * returns its stage; receives the scope
	 * @param <T> the type of the value
	 * @param <X> the checked exception that the operation may throw
	 * @return the future of the value
	 * @throws X if the operation throws it instead of returning a stage
	 * @throws ScopeCancelledException as {@link #open(ScopeOptions)}
	 * @throws NullPointerException if the operation returns null
	 */
	public <T extends @Nullable Object, X extends Exception> CompletableFuture<T> callAsync(ScopeOptions options,
			CancelScope.Operation<? extends CompletionStage<T>, X> operation) throws X {
		Objects.requireNonNull(options, "options");
		Objects.requireNonNull(operation, "operation");
		return AsyncCall.begin(this.setup, options, operation);
	}

	/**
	 * Returns the innermost scope that is open on the calling thread or attached to it.
	 * @return the current scope, or the root if there is none; never null
	 */
	public CancelScope current() {
		return CancelScope.current();
	}

	/**
	 * Throws an exception if the current scope is cancelled. If no scope is open, this
	 * method has no effect.
	 * @throws DeadlineExceededException if the reason is a deadline
	 * @throws ScopeCancelledException if there is another reason
	 * @see CancelScope#check()
	 */
	public void check() {
		ScopeStack.check();
	}

	/**
	 * Returns whether the current scope is cancelled.
	 * @return whether it is cancelled; {@code false} if no scope is open
	 */
	public boolean isCancelled() {
		return CancelScope.current().isCancelled();
	}

	/**
	 * Returns the remaining budget of the current scope.
	 * @return the remaining time, empty if there is no deadline or no scope
	 * @see CancelScope#remaining()
	 */
	public Optional<Duration> remaining() {
		return CancelScope.current().remaining();
	}

	/**
	 * Cancels the current scope and all unshielded scopes below it.
	 * @param message a human-readable reason, included in the message of each resulting
	 * exception
	 * @return {@code true} if this call cancelled the scope, {@code false} if the scope
	 * was already cancelled or closed
	 * @throws IllegalStateException if no scope is open
	 * @see CancelScope#cancel(String, Throwable)
	 */
	public boolean cancel(String message) {
		return CancelScope.current().cancel(message);
	}

	/**
	 * Sleeps for the given time, on the time source of the current scope. The sleep ends
	 * at once when that scope is cancelled.
	 * @param duration the time to sleep; zero or negative only checks the scope
	 * @throws ScopeCancelledException if the current scope is cancelled before or while
	 * sleeping
	 * @throws InterruptedException if a foreign interrupt ends the sleep
	 */
	public void sleep(Duration duration) throws InterruptedException {
		CancelScope.current().sleep(duration);
	}

	/**
	 * Waits for a future, but not longer than the current scope lasts. This method does
	 * not cancel the future.
	 * @param future the future to wait for
	 * @param <T> the type of its value
	 * @return its value
	 * @throws ScopeCancelledException if the current scope is cancelled before or while
	 * waiting
	 * @throws ExecutionException if the future failed for another reason
	 * @throws InterruptedException if a foreign interrupt ends the wait
	 * @see CancelScope#await(Future)
	 */
	public <T extends @Nullable Object> T await(Future<T> future) throws InterruptedException, ExecutionException {
		return CancelScope.current().await(future);
	}

	/**
	 * Returns the state of the calls that {@link CancelScope#abandonable} runs, in the
	 * whole JVM.
	 * @return a snapshot
	 */
	public AbandonableCalls abandonableCalls() {
		return Abandonable.calls();
	}

	/**
	 * Returns the deadline that lies the given time from now, on the time source of this
	 * instance. Use it with {@link ScopeOptions#withDeadline} and
	 * {@link OpenScope#reschedule(Deadline)}.
	 * @param fromNow the time from now to the deadline; zero or negative returns a
	 * deadline that has passed
	 * @return the deadline
	 */
	public Deadline deadline(Duration fromNow) {
		Objects.requireNonNull(fromNow, "fromNow");
		return Deadline.after(fromNow, this.setup.timeSource);
	}

	/**
	 * Returns a thread factory whose threads run in the scope that is current on the
	 * thread that calls {@code newThread}. Meant for {@code StructuredTaskScope} and for
	 * plain threads.
	 * @param factory creates the threads
	 * @return the propagating factory
	 */
	@SuppressWarnings("overloads") // a lambda for either wants a cast, here as everywhere
	public ThreadFactory propagating(ThreadFactory factory) {
		Objects.requireNonNull(factory, "factory");
		return (task) -> factory.newThread(CancelScope.current().wrap(task));
	}

	/**
	 * Returns an executor that runs each task in the scope that is current on the
	 * submitting thread when the task is submitted. Every task runs, even if its scope is
	 * cancelled by then.
	 * @param executor the executor that runs the tasks
	 * @return the propagating executor
	 */
	@SuppressWarnings("overloads")
	public Executor propagating(Executor executor) {
		Objects.requireNonNull(executor, "executor");
		return (task) -> executor.execute(CancelScope.current().wrap(task));
	}

	/**
	 * Returns an executor service that propagates scopes like
	 * {@link #propagating(Executor)}. Shutting it down shuts down the given executor
	 * service.
	 * @param executor the executor service that runs the tasks
	 * @return the propagating executor service
	 */
	public ExecutorService propagating(ExecutorService executor) {
		return new PropagatingExecutorService(Objects.requireNonNull(executor, "executor"));
	}

	/**
	 * Returns a scheduled executor service that propagates scopes like
	 * {@link #propagating(Executor)}. A periodic task ends when its scope is cancelled:
	 * its next run fails with the scope's exception. Shutting it down shuts down the
	 * given executor service.
	 * @param executor the executor service that runs the tasks
	 * @return the propagating executor service
	 */
	public ScheduledExecutorService propagating(ScheduledExecutorService executor) {
		return new PropagatingScheduledExecutorService(Objects.requireNonNull(executor, "executor"));
	}

	/**
	 * Builder for {@link CancelScopes}.
	 */
	public static final class Builder {

		private TimeSource timeSource = TimeSource.system();

		private @Nullable Executor callbackExecutor;

		private @Nullable CancelScopeListener listener;

		private boolean ofEverything;

		private @Nullable Predicate<? super String> observe;

		private int sampling;

		private boolean rememberOpen;

		private @Nullable Consumer<CancelScope> keyedListener;

		private Builder() {
		}

		/**
		 * Sets the time source. A scope inside another one uses the time source of that
		 * one.
		 * @param timeSource the time source; default: the system's
		 * @return this builder
		 */
		public Builder timeSource(TimeSource timeSource) {
			this.timeSource = Objects.requireNonNull(timeSource, "timeSource");
			return this;
		}

		/**
		 * Sets the executor that runs the callbacks of scopes that a deadline cancels.
		 * Callbacks can block, so the executor should have spare threads. Threads of the
		 * library run the callbacks that the executor rejects or does not start within a
		 * second.
		 * <p>
		 * With the system's time source, the timer's thread never calls the executor, so
		 * an executor that runs tasks on the calling thread is safe. A custom
		 * {@link TimeSource} calls it on the thread that runs its tasks.
		 * @param callbackExecutor the executor; default: daemon threads of the library
		 * @return this builder
		 */
		public Builder callbackExecutor(Executor callbackExecutor) {
			this.callbackExecutor = Objects.requireNonNull(callbackExecutor, "callbackExecutor");
			return this;
		}

		/**
		 * Adds a listener. Multiple listeners are called in the order in which they were
		 * added.
		 * @param listener the listener
		 * @return this builder
		 */
		public Builder listener(CancelScopeListener listener) {
			Objects.requireNonNull(listener, "listener");
			boolean ofEverything = !listener.onlyCancellations();
			this.listener = (this.listener != null) ? new ListenerPair(this.listener, listener) : listener;
			this.ofEverything |= ofEverything;
			return this;
		}

		/**
		 * Observes scopes instead of cancelling them (dry run), to find out which work a
		 * budget would cancel. Deadlines of an observed scope, and cancellations that
		 * would reach it, have no effect and are reported to
		 * {@link CancelScopeListener#observed}. {@code cancel} returns {@code false}. If
		 * a scope around it is not observed, its cancellation reaches the observed scope.
		 * @param names returns whether scopes with the given name are observed; called
		 * for each scope that opens, so it should be fast
		 * @return this builder
		 */
		public Builder observe(Predicate<? super String> names) {
			this.observe = Objects.requireNonNull(names, "names");
			return this;
		}

		/**
		 * Detects scopes that are never closed. For a sample of scopes, the library
		 * stores where they were opened, and logs that place if such a scope becomes
		 * unreachable without having been closed. Storing the place takes microseconds:
		 * use 1 in tests, and some thousands in production.
		 * @param oneIn the sampling interval: one in this many scopes; 0, the default,
		 * for none
		 * @return this builder
		 * @throws IllegalArgumentException if the interval is negative
		 */
		public Builder findForgotten(int oneIn) {
			if (oneIn < 0) {
				throw new IllegalArgumentException(Messages.negativeSampling(oneIn));
			}
			this.sampling = oneIn;
			return this;
		}

		/**
		 * Tracks open scopes, which {@link CancelScopes#cancelAll} and
		 * {@link CancelScopes#awaitClosed} require. Only scopes without a parent are
		 * tracked, by weak references. Opening and closing such a scope then takes
		 * slightly longer.
		 * @return this builder
		 */
		public Builder rememberOpen() {
			this.rememberOpen = true;
			return this;
		}

		/**
		 * Adds a listener for scopes that open with a key. It is called on the opening
		 * thread before the scope's code runs, when the scope can be found by its key,
		 * and can cancel the scope. It should be fast and must not block. Exceptions that
		 * it throws are logged. Scopes without a key take no longer to open.
		 * @param listener the listener; receives the scope
		 * @return this builder
		 * @see CancelScopes#findByKey(String)
		 */
		public Builder keyedListener(Consumer<? super CancelScope> listener) {
			Objects.requireNonNull(listener, "listener");
			Consumer<CancelScope> added = listener::accept;
			this.keyedListener = (this.keyedListener != null) ? this.keyedListener.andThen(added) : added;
			return this;
		}

		/**
		 * Creates the instance. The builder can be used again.
		 * @return the new instance
		 */
		public CancelScopes build() {
			Executor executor = (this.callbackExecutor != null) ? this.callbackExecutor : CallbackThreads.SHARED;
			ForgottenScopes forgotten = (this.sampling > 0) ? new ForgottenScopes(this.sampling) : null;
			Roots roots = this.rememberOpen ? new Roots() : null;
			News news = (this.listener != null) ? new News(this.listener, this.ofEverything) : null;
			return new CancelScopes(new Setup(this.timeSource, executor, news, this.observe, forgotten, roots,
					new Keys(this.keyedListener)));
		}

	}

}
