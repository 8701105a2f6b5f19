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
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Opens scopes, and asks the current one. The entry point of the library and the bean to
 * inject. Immutable and safe for use by many threads; make one and keep it.
 *
 * <pre>{@code
 * CancelScopes scopes = CancelScopes.create();
 * Quote best = scopes.call(ScopeOptions.timeout(Duration.ofMillis(800)), (scope) -> search(request));
 * }</pre>
 */
public final class CancelScopes {

	final Setup setup;

	private CancelScopes(Setup setup) {
		this.setup = setup;
	}

	/**
	 * Creates one that uses the system's time and runs callbacks on daemon threads.
	 * @return the new instance
	 */
	public static CancelScopes create() {
		return builder().build();
	}

	/**
	 * Starts to build one with choices of your own.
	 * @return the builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Opens a scope inside the current one and makes it current on this thread until it
	 * is closed. Close it in the same block, on the same thread.
	 * @param options what kind of scope
	 * @return the open scope
	 * @throws ScopeCancelledException if the options ask for a check on entering, and it
	 * would be cancelled from the start
	 * @throws IllegalArgumentException if the options hold a deadline of another time
	 * source
	 */
	public OpenScope open(ScopeOptions options) {
		Objects.requireNonNull(options, "options");
		return Opening.bound(this.setup, options);
	}

	/**
	 * Opens a scope inside the current one, like {@link #open}, without making it current
	 * anywhere: for operations that begin in one place and end in another. Attach it
	 * where its code runs; close it on any thread.
	 * @param options what kind of scope
	 * @return the open scope
	 */
	public OpenScope openUnbound(ScopeOptions options) {
		Objects.requireNonNull(options, "options");
		return Opening.unbound(this.setup, options);
	}

	/**
	 * Runs code in a scope of its own. An exception that leaves it cancels the scope,
	 * unless the options say otherwise, and passes unchanged.
	 * @param options what kind of scope
	 * @param action the code; it gets the scope
	 * @param <X> the checked exception it may throw
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
	 * Runs code in a scope of its own and returns its value. An exception that leaves it
	 * cancels the scope, unless the options say otherwise, and passes unchanged. A value
	 * that comes too late is returned, unless the options ask for a check on exit.
	 * @param options what kind of scope
	 * @param operation the code; it gets the scope
	 * @param <T> the type of the value
	 * @param <X> the checked exception it may throw
	 * @return what the code returned
	 * @throws X if the code throws it
	 */
	public <T extends @Nullable Object, X extends Exception> T call(ScopeOptions options,
			CancelScope.Operation<T, X> operation) throws X {
		Objects.requireNonNull(options, "options");
		Objects.requireNonNull(operation, "operation");
		return Body.run(this.setup, options, operation, null);
	}

	/**
	 * Runs code in a scope of its own and, if that scope was what stopped it, moves on
	 * with another value. The fallback runs only if a cancellation began in this very
	 * scope, no ancestor that it sees is cancelled by now, and the code ended with one of
	 * our exceptions that belongs to this scope or to one inside it: where several are
	 * cancelled, the outermost decides. It runs after the scope has closed, in the scope
	 * around it. Otherwise the exception passes. From Trio's {@code move_on_after}.
	 * @param options what kind of scope
	 * @param operation the code; it gets the scope
	 * @param fallback makes the other value from the reason
	 * @param <T> the type of the value
	 * @param <X> the checked exception the code may throw
	 * @return what the code returned, or the fallback
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
	 * Runs code in a scope of its own and, if that scope was what stopped it, moves on:
	 * {@link #callOrElse} without a value.
	 * @param options what kind of scope
	 * @param action the code; it gets the scope
	 * @param <X> the checked exception it may throw
	 * @return {@code true} if the code ran to its end, {@code false} if the scope stopped
	 * it
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
	 * Begins an operation that goes on after this call has returned, in a scope of its
	 * own that lasts until the stage is done. The future returned ends with the scope:
	 * when it is cancelled, or its deadline passes, with the scope's exception, after all
	 * stops, whatever the operation does; also if a stop is what ends the stage.
	 * Cancelling the future cancels the scope, and completes the future after that. From
	 * {@code CompletableFuture.orTimeout}, which stops nothing.
	 * <p>
	 * If the stage fails while the scope is not cancelled, the future fails with the same
	 * exception, and that cancels the scope, unless the options say otherwise. A value or
	 * an exception that comes after the scope was cancelled is dropped, with or without a
	 * check on exit.
	 * @param options what kind of scope
	 * @param operation begins the work, on the calling thread with the scope current, and
	 * returns its stage; it gets the scope
	 * @param <T> the type of the value
	 * @param <X> the checked exception the beginning may throw
	 * @return the future of the value
	 * @throws X if the operation throws it before there is a stage
	 * @throws ScopeCancelledException as {@link #open(ScopeOptions)} does
	 * @throws NullPointerException if the operation returns null
	 */
	public <T extends @Nullable Object, X extends Exception> CompletableFuture<T> callAsync(ScopeOptions options,
			CancelScope.Operation<? extends CompletionStage<T>, X> operation) throws X {
		Objects.requireNonNull(options, "options");
		Objects.requireNonNull(operation, "operation");
		return AsyncCall.begin(this.setup, options, operation);
	}

	/**
	 * Returns the innermost scope open on the calling thread or attached to it.
	 * @return the current scope, the root where there is none; never null
	 */
	public CancelScope current() {
		return CancelScope.current();
	}

	/**
	 * Throws if the current scope is cancelled; where no scope is open, does nothing.
	 * @throws DeadlineExceededException if the reason is a deadline
	 * @throws ScopeCancelledException if there is another reason
	 */
	public void check() {
		ScopeStack.check();
	}

	/**
	 * Returns whether the current scope is cancelled.
	 * @return {@code false} also where no scope is open
	 */
	public boolean isCancelled() {
		return CancelScope.current().isCancelled();
	}

	/**
	 * Returns what is left of the current scope's budget.
	 * @return what is left, empty where there is no deadline or no scope
	 */
	public Optional<Duration> remaining() {
		return CancelScope.current().remaining();
	}

	/**
	 * Cancels the current scope and everything below it that isn't shielded.
	 * @param message why, for people
	 * @return {@code true} for the call that cancelled it
	 * @throws IllegalStateException if no scope is open
	 */
	public boolean cancel(String message) {
		return CancelScope.current().cancel(message);
	}

	/**
	 * Sleeps, on the current scope's time, until it is cancelled.
	 * @param duration how long; zero or less only checks
	 * @throws ScopeCancelledException if the current scope is or becomes cancelled
	 * @throws InterruptedException if somebody else interrupts the thread
	 */
	public void sleep(Duration duration) throws InterruptedException {
		CancelScope.current().sleep(duration);
	}

	/**
	 * Waits for a future, no longer than the current scope lasts.
	 * @param future what to wait for
	 * @param <T> the type of its value
	 * @return its value
	 * @throws ScopeCancelledException if the current scope is or becomes cancelled
	 * @throws ExecutionException if the future failed otherwise
	 * @throws InterruptedException if somebody else interrupts the thread
	 */
	public <T extends @Nullable Object> T await(Future<T> future) throws InterruptedException, ExecutionException {
		return CancelScope.current().await(future);
	}

	/**
	 * Cancels every scope that is open here and has no parent, on whichever thread, and
	 * with it everything below that isn't shielded: for the end of an application.
	 * @param kind what sort of cause, most often {@link CancelReason.Kind#SHUTDOWN}
	 * @param message why, for people
	 * @return how many scopes without a parent this call cancelled
	 * @throws IllegalArgumentException if nobody can choose the kind
	 * @throws IllegalStateException if they are not remembered
	 * @see Builder#rememberOpen()
	 */
	public int cancelAll(CancelReason.Kind kind, String message) {
		CancelReason.requireChosen(kind);
		Objects.requireNonNull(message, "message");
		return Roots.required(this.setup.roots).cancel(kind, message);
	}

	/**
	 * Waits until the scopes that are open here, have no parent and are cancelled by now
	 * have closed: after {@link #cancelAll}, for what they do last, such as an answer.
	 * @param timeout how long to wait at most, in real time; zero or less only looks
	 * @return how many of them are still open
	 * @throws InterruptedException if the calling thread is interrupted while it waits
	 * @throws IllegalStateException if they are not remembered
	 * @see Builder#rememberOpen()
	 */
	public int awaitClosed(Duration timeout) throws InterruptedException {
		Objects.requireNonNull(timeout, "timeout");
		return Roots.required(this.setup.roots).awaitClosed(Deadline.nanos(timeout));
	}

	/**
	 * Returns how the calls behind {@link CancelScope#abandonable} are doing, in the
	 * whole JVM.
	 * @return a snapshot
	 */
	public AbandonableCalls abandonableCalls() {
		return Abandonable.calls();
	}

	/**
	 * Returns the point that lies the given time from now, on this one's time source:
	 * what {@link ScopeOptions#withDeadline} and {@link OpenScope#reschedule(Deadline)}
	 * take here.
	 * @param fromNow how far away; zero or negative gives one that has passed
	 * @return the deadline
	 */
	public Deadline deadline(Duration fromNow) {
		Objects.requireNonNull(fromNow, "fromNow");
		return Deadline.after(fromNow, this.setup.timeSource);
	}

	/**
	 * Returns a thread factory whose threads run their task in the scope of the thread
	 * that asks for them, as it was then: for {@code StructuredTaskScope} and plain
	 * threads.
	 * @param factory makes the threads
	 * @return the propagating factory
	 */
	@SuppressWarnings("overloads") // a lambda for either wants a cast, here as everywhere
	public ThreadFactory propagating(ThreadFactory factory) {
		Objects.requireNonNull(factory, "factory");
		return (task) -> factory.newThread(CancelScope.current().wrap(task));
	}

	/**
	 * Returns an executor that runs each task in the scope of the thread that submits it,
	 * as it was then. All tasks run, also those of a scope cancelled by then.
	 * @param executor the executor that runs the tasks
	 * @return the propagating executor
	 */
	@SuppressWarnings("overloads")
	public Executor propagating(Executor executor) {
		Objects.requireNonNull(executor, "executor");
		return (task) -> executor.execute(CancelScope.current().wrap(task));
	}

	/**
	 * Returns an executor service that does the same. Shutting it down shuts down the one
	 * given.
	 * @param executor the executor service that runs the tasks
	 * @return the propagating executor service
	 */
	public ExecutorService propagating(ExecutorService executor) {
		return new PropagatingExecutorService(Objects.requireNonNull(executor, "executor"));
	}

	/**
	 * Returns a scheduled executor service that does the same. A periodic task ends when
	 * its scope is cancelled: the run that would be next fails with the scope's exception
	 * instead. Shutting it down shuts down the one given.
	 * @param executor the executor service that runs the tasks
	 * @return the propagating executor service
	 */
	public ScheduledExecutorService propagating(ScheduledExecutorService executor) {
		return new PropagatingScheduledExecutorService(Objects.requireNonNull(executor, "executor"));
	}

	/**
	 * Builds a {@link CancelScopes}. What is not set keeps its default.
	 */
	public static final class Builder {

		private TimeSource timeSource = TimeSource.system();

		private @Nullable Executor callbackExecutor;

		private @Nullable CancelScopeListener listener;

		private boolean ofEverything;

		private @Nullable Predicate<? super String> observe;

		private int sampling;

		private boolean rememberOpen;

		private Builder() {
		}

		/**
		 * Sets where time comes from; scopes inside another one live on that one's time.
		 * @param timeSource the time source; the system's unless set
		 * @return this builder
		 */
		public Builder timeSource(TimeSource timeSource) {
			this.timeSource = Objects.requireNonNull(timeSource, "timeSource");
			return this;
		}

		/**
		 * Sets who runs the callbacks of scopes that a deadline cancels. Callbacks may
		 * block, so give it threads to spare. What it does not take, or has not begun
		 * within a second, the library's own threads run. On the system's time it is
		 * never called by the timer's thread, so one that runs tasks in the calling
		 * thread is no danger; a {@link TimeSource} of your own calls it wherever it runs
		 * its tasks.
		 * @param callbackExecutor the executor; daemon threads of the library unless set
		 * @return this builder
		 */
		public Builder callbackExecutor(Executor callbackExecutor) {
			this.callbackExecutor = Objects.requireNonNull(callbackExecutor, "callbackExecutor");
			return this;
		}

		/**
		 * Adds someone who watches the scopes; several are told in the order of adding.
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
		 * Only observes scopes instead of cancelling them: to learn what a budget would
		 * do before it does it. Their own deadlines and what would cancel or bubble to
		 * them are told to the listener ({@link CancelScopeListener#observed}) and have
		 * no effect; {@code cancel} answers {@code false}. What cancels a scope around
		 * them that isn't observed reaches them.
		 * @param names says whether the scopes of a name are only observed; asked for
		 * each scope that opens, so it should be quick
		 * @return this builder
		 */
		public Builder observe(Predicate<? super String> names) {
			this.observe = Objects.requireNonNull(names, "names");
			return this;
		}

		/**
		 * Remembers, for one in so many scopes, where it was opened, and logs that place
		 * if the scope is forgotten without having been closed. Taking the place down
		 * costs microseconds: 1 is for tests, some thousands for production.
		 * @param oneIn one in how many; 0, the default, for none
		 * @return this builder
		 * @throws IllegalArgumentException if it is negative
		 */
		public Builder findForgotten(int oneIn) {
			if (oneIn < 0) {
				throw new IllegalArgumentException(Messages.negativeSampling(oneIn));
			}
			this.sampling = oneIn;
			return this;
		}

		/**
		 * Remembers which scopes are open, so that {@link CancelScopes#cancelAll} can end
		 * them and {@link CancelScopes#awaitClosed} see them end. Only those without a
		 * parent are remembered, and only weakly; opening and closing one of them takes a
		 * little longer.
		 * @return this builder
		 */
		public Builder rememberOpen() {
			this.rememberOpen = true;
			return this;
		}

		/**
		 * Builds it. The builder can be used again.
		 * @return a new one
		 */
		public CancelScopes build() {
			Executor executor = (this.callbackExecutor != null) ? this.callbackExecutor : CallbackThreads.SHARED;
			ForgottenScopes forgotten = (this.sampling > 0) ? new ForgottenScopes(this.sampling) : null;
			Roots roots = this.rememberOpen ? new Roots() : null;
			News news = (this.listener != null) ? new News(this.listener, this.ofEverything) : null;
			return new CancelScopes(new Setup(this.timeSource, executor, news, this.observe, forgotten, roots));
		}

	}

}
