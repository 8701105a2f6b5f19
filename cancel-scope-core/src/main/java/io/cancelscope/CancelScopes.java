package io.cancelscope;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
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

	private static final Logger logger = System.getLogger(CancelScope.class.getName());

	final TimeSource timeSource;

	final Executor callbackExecutor;

	final @Nullable CancelScopeListener listener;

	final @Nullable ForgottenScopes forgotten;

	private final @Nullable Predicate<? super String> observe;

	/** The open scopes without a parent; null where nobody asked to remember them. */
	final @Nullable Roots roots;

	/** Whether the listener wants to hear of each scope, cancelled or not. */
	final boolean noting;

	/** Whether somebody wants to know which scopes are opened. */
	final boolean watching;

	/** Whether nobody does, but of those without a parent. */
	final boolean plain;

	private CancelScopes(TimeSource timeSource, Executor callbackExecutor, @Nullable CancelScopeListener listener,
			@Nullable Predicate<? super String> observe, @Nullable ForgottenScopes forgotten, @Nullable Roots roots) {
		this.timeSource = timeSource;
		this.callbackExecutor = callbackExecutor;
		this.listener = listener;
		this.observe = observe;
		this.forgotten = forgotten;
		this.roots = roots;
		this.noting = listener != null && !listener.onlyCancellations();
		this.watching = this.noting || forgotten != null;
		this.plain = !this.watching && observe == null;
	}

	/**
	 * Creates one on the system's time, with the library's own daemon threads for
	 * callbacks.
	 * @return a new one
	 */
	public static CancelScopes create() {
		return builder().build();
	}

	/**
	 * Starts to build one with choices of your own.
	 * @return a new builder
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
		return ScopeNode.openBound(this, options);
	}

	/**
	 * Opens a scope inside the current one without making it current anywhere: for
	 * operations that begin in one place and end in another. Attach it where its code
	 * runs; close it on any thread.
	 * @param options what kind of scope
	 * @return the open scope
	 * @throws ScopeCancelledException if the options ask for a check on entering, and it
	 * would be cancelled from the start
	 * @throws IllegalArgumentException if the options hold a deadline of another time
	 * source
	 */
	public OpenScope openUnbound(ScopeOptions options) {
		Objects.requireNonNull(options, "options");
		return ScopeNode.openUnbound(this, options);
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
	 * that comes too late is returned all the same, unless the options ask for a check on
	 * exit.
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
		return callOr(options, operation, null);
	}

	/**
	 * Runs code in a scope of its own and, if that scope was what stopped it, moves on
	 * with another value. The fallback runs only if the code ended with one of our
	 * exceptions, the cancellation began in this very scope, and no ancestor that it sees
	 * is cancelled by now: where several are, the outermost decides. It runs after the
	 * scope has closed, in the scope around it. Otherwise the exception passes. From
	 * Trio's {@code move_on_after}.
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
		return callOr(options, operation, fallback);
	}

	private <T extends @Nullable Object, X extends Exception> T callOr(ScopeOptions options,
			CancelScope.Operation<T, X> operation, @Nullable Function<CancelReason, ? extends T> fallback) throws X {
		ScopeNode scope = ScopeNode.openBound(this, options);
		CancelReason reason;
		Throwable failure = null;
		try {
			T result = operation.call(scope);
			if (options.has(ScopeOptions.CHECK_ON_EXIT)) {
				scope.check();
			}
			return result;
		}
		catch (Throwable ex) {
			Gate.Interruption whose = scope.leaveRegion(ex);
			RuntimeException ours = Failures.translate(scope, whose, ex);
			failure = (ours != null) ? ours : ex;
			scope.failed(failure);
			if (fallback == null || whose == Gate.Interruption.OURS_AND_ANOTHER || !scope.isCauseOf(failure)) {
				if (ours != null) {
					throw ours;
				}
				throw ex;
			}
			reason = scope.reason().orElseThrow();
		}
		finally {
			close(scope, failure);
		}
		return fallback.apply(reason);
	}

	/** Closes without hiding what the body threw. */
	private static void close(ScopeNode scope, @Nullable Throwable failure) {
		try {
			scope.close();
		}
		catch (IllegalStateException ex) {
			if (failure == null) {
				throw ex;
			}
			failure.addSuppressed(ex);
		}
	}

	/**
	 * Returns the innermost scope open on the calling thread or attached to it.
	 * @return the current scope, the root where there is none; never null
	 * @see CancelScope#current()
	 */
	public CancelScope current() {
		return CancelScope.current();
	}

	/**
	 * Throws if the current scope is cancelled; where no scope is open, does nothing.
	 * @throws DeadlineExceededException if the reason is a deadline
	 * @throws ScopeCancelledException if there is another reason
	 * @see CancelScope#check()
	 */
	public void check() {
		ScopeStack.check();
	}

	/**
	 * Returns whether the current scope is cancelled.
	 * @return {@code false} also where no scope is open
	 * @see CancelScope#isCancelled()
	 */
	public boolean isCancelled() {
		return CancelScope.current().isCancelled();
	}

	/**
	 * Returns what is left of the current scope's budget.
	 * @return what is left, empty where there is no deadline or no scope
	 * @see CancelScope#remaining()
	 */
	public Optional<Duration> remaining() {
		return CancelScope.current().remaining();
	}

	/**
	 * Cancels the current scope and everything below it that isn't shielded.
	 * @param message why, for people
	 * @return {@code true} for the call that cancelled it
	 * @throws IllegalStateException if no scope is open
	 * @see CancelScope#cancel(String)
	 */
	public boolean cancel(String message) {
		return CancelScope.current().cancel(message);
	}

	/**
	 * Sleeps, on the current scope's time: a safe point that lasts. Ends at once when it
	 * is cancelled.
	 * @param duration how long; zero or less only checks
	 * @throws ScopeCancelledException if the current scope is or becomes cancelled
	 * @throws InterruptedException if somebody else interrupts the thread
	 * @see CancelScope#sleep(Duration)
	 */
	public void sleep(Duration duration) throws InterruptedException {
		CancelScope.current().sleep(duration);
	}

	/**
	 * Waits for a future, no longer than the current scope lasts, unlike
	 * {@link java.util.concurrent.CompletableFuture#join()}, which nothing ends. The
	 * future itself is left alone: who wants it to stop cancels it, or runs what
	 * completes it in the current scope.
	 * @param future what to wait for
	 * @param <T> the type of its value
	 * @return its value
	 * @throws ScopeCancelledException if the current scope is cancelled, or becomes so
	 * while waiting; also if the future failed with our exception because of that
	 * @throws ExecutionException if the future failed otherwise
	 * @throws java.util.concurrent.CancellationException if the future was cancelled
	 * @throws InterruptedException if somebody else interrupts the thread
	 * @see CancelScope#await(Future)
	 */
	public <T extends @Nullable Object> T await(Future<T> future) throws InterruptedException, ExecutionException {
		return CancelScope.current().await(future);
	}

	/**
	 * Cancels every scope that is open here and has no parent, on whichever thread, and
	 * with it everything below that isn't shielded: for the end of an application. Those
	 * that are opened afterwards are not concerned.
	 * @param kind what sort of cause, most often {@link CancelReason.Kind#SHUTDOWN}
	 * @param message why, for people
	 * @return how many scopes without a parent this call cancelled
	 * @throws IllegalArgumentException if nobody can choose the kind, see
	 * {@link CancelScope#cancel(CancelReason.Kind, String, Throwable)}
	 * @throws IllegalStateException if they are not remembered
	 * @see Builder#rememberOpen()
	 */
	public int cancelAll(CancelReason.Kind kind, String message) {
		CancelReason.requireChosen(kind);
		Objects.requireNonNull(message, "message");
		return requireRoots().cancel(kind, message);
	}

	/**
	 * Waits until the scopes that are open here, have no parent and are cancelled by now
	 * have closed: after {@link #cancelAll}, for what they do last, such as an answer.
	 * @param timeout how long to wait at most, in real time; zero or less only looks
	 * @return how many of them are still open; zero if all have closed
	 * @throws InterruptedException if the calling thread is interrupted while it waits
	 * @throws IllegalStateException if they are not remembered
	 * @see Builder#rememberOpen()
	 */
	public int awaitClosed(Duration timeout) throws InterruptedException {
		Objects.requireNonNull(timeout, "timeout");
		return requireRoots().awaitClosed(Deadline.nanos(timeout));
	}

	private Roots requireRoots() {
		if (this.roots == null) {
			throw new IllegalStateException("Which scopes are open is not remembered here: build this CancelScopes"
					+ " with CancelScopes.builder().rememberOpen().");
		}
		return this.roots;
	}

	/**
	 * Returns an executor that runs each task in the scope of the thread that submits it,
	 * as it was then. All tasks run, also those of a scope cancelled by then.
	 * @param executor the executor that runs the tasks
	 * @return the propagating executor
	 */
	public Executor propagating(Executor executor) {
		Objects.requireNonNull(executor, "executor");
		return (task) -> executor.execute(CancelScope.current().wrap(task));
	}

	/**
	 * Returns an executor service that runs each task in the scope of the thread that
	 * submits it, as it was then. All tasks run, also those of a scope cancelled by then.
	 * Shutting it down shuts down the one given.
	 * @param executor the executor service that runs the tasks
	 * @return the propagating executor service
	 */
	public ExecutorService propagating(ExecutorService executor) {
		return new PropagatingExecutorService(Objects.requireNonNull(executor, "executor"));
	}

	/**
	 * Returns a scheduled executor service that runs each task in the scope of the thread
	 * that submits it, as it was then. A periodic task ends when that scope is cancelled:
	 * the run that would be next fails with the scope's exception instead. Shutting it
	 * down shuts down the one given.
	 * @param executor the executor service that runs the tasks
	 * @return the propagating executor service
	 */
	public ScheduledExecutorService propagating(ScheduledExecutorService executor) {
		return new PropagatingScheduledExecutorService(Objects.requireNonNull(executor, "executor"));
	}

	/** The same, on the time that a scope's parent lives on. */
	CancelScopes onTimeOf(CancelScopes parent) {
		return (this.timeSource == parent.timeSource) ? this : new CancelScopes(parent.timeSource,
				this.callbackExecutor, this.listener, this.observe, this.forgotten, this.roots);
	}

	boolean observes(ScopeOptions options) {
		return this.observe != null && this.observe.test(options.name);
	}

	void tellOpened(ScopeNode scope) {
		if (this.forgotten != null) {
			this.forgotten.opened(scope);
		}
		if (this.listener != null && this.noting) {
			Noted noted = scope.noteOpening();
			try {
				this.listener.opened(scope);
			}
			catch (RuntimeException | Error ex) {
				logFailure(scope, ex);
			}
			if (noted.endOpened() && scope.stored() instanceof Cancellation known) {
				tellCancelled(scope, known.reason);
			}
		}
	}

	/**
	 * Tells it once, after the opening and before the close. A listener that is just told
	 * of the opening may ask, and so find the scope cancelled; and a scope can close
	 * while the news of its cancellation is still on the way, so who closes it tells
	 * both.
	 */
	void tellCancelled(ScopeNode scope, CancelReason reason) {
		if (this.listener == null) {
			return;
		}
		if (SystemTime.INSTANCE.isTimerThread()) {
			this.callbackExecutor.execute(() -> tellCancelled(scope, reason));
			return;
		}
		if (!this.noting) {
			tellCancelled(this.listener, scope, reason);
			scope.forgetThread();
			return;
		}
		Noted noted = scope.noted();
		if (noted == null || !noted.beginCancelled()) {
			return;
		}
		tellCancelled(this.listener, scope, reason);
		if (noted.endCancelled()) {
			tellClosed(this.listener, scope);
		}
	}

	private static void tellCancelled(CancelScopeListener listener, ScopeNode scope, CancelReason reason) {
		try {
			listener.cancelled(scope, reason);
		}
		catch (RuntimeException | Error ex) {
			logFailure(scope, ex);
		}
	}

	void tellObserved(ScopeNode scope, CancelReason reason) {
		if (this.listener == null) {
			return;
		}
		if (SystemTime.INSTANCE.isTimerThread()) {
			this.callbackExecutor.execute(() -> tellObserved(scope, reason));
		}
		else {
			try {
				this.listener.observed(scope, reason);
			}
			catch (RuntimeException | Error ex) {
				logFailure(scope, ex);
			}
		}
	}

	void tellCurrentChanged() {
		if (this.listener != null && this.noting) {
			CancelScope current = CancelScope.current();
			try {
				this.listener.currentChanged(current);
			}
			catch (RuntimeException | Error ex) {
				logger.log(Level.WARNING,
						"The listener failed when scope '" + current.name() + "' became current; the work goes on", ex);
			}
		}
	}

	void tellClosed(ScopeNode scope) {
		Noted noted = this.noting ? scope.noted() : null;
		if (this.listener == null || noted == null) {
			return;
		}
		if (scope.stored() instanceof Cancellation known) {
			tellCancelled(scope, known.reason);
		}
		if (noted.beginClosed()) {
			tellClosed(this.listener, scope);
		}
	}

	private static void tellClosed(CancelScopeListener listener, ScopeNode scope) {
		try {
			listener.closed(scope);
		}
		catch (RuntimeException | Error ex) {
			logFailure(scope, ex);
		}
		scope.forgetThread();
	}

	private static void logFailure(ScopeNode scope, Throwable ex) {
		logger.log(Level.WARNING, "The listener failed for scope '" + scope.name() + "'; the scope goes on", ex);
	}

	/**
	 * Builds a {@link CancelScopes}. What is not set keeps its default.
	 */
	public static final class Builder {

		private TimeSource timeSource = TimeSource.system();

		private @Nullable Executor callbackExecutor;

		private @Nullable CancelScopeListener listener;

		private @Nullable Predicate<? super String> observe;

		private int sampling;

		private boolean rememberOpen;

		private Builder() {
		}

		/**
		 * Sets where time comes from. Scopes opened inside another one live on that one's
		 * time.
		 * @param timeSource the time source; the system's unless set
		 * @return this builder
		 */
		public Builder timeSource(TimeSource timeSource) {
			this.timeSource = Objects.requireNonNull(timeSource, "timeSource");
			return this;
		}

		/**
		 * Sets who runs the callbacks of scopes that a deadline cancels. Callbacks may
		 * block, so give it threads to spare; a task it rejects runs on the library's.
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
			this.listener = (this.listener != null) ? ListenerPair.of(this.listener, listener) : listener;
			return this;
		}

		/**
		 * Only observes scopes instead of cancelling them: to learn what a budget would
		 * do before it does it. Their own deadlines and what would cancel or bubble to
		 * them are told to the listener ({@link CancelScopeListener#observed}), and have
		 * no effect: nothing throws and nobody is interrupted, and {@code cancel} answers
		 * {@code false}. What cancels a scope around them that isn't observed reaches
		 * them as ever.
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
		 * @param oneIn one in how many scopes; 0, the default, for none
		 * @return this builder
		 * @throws IllegalArgumentException if it is negative
		 */
		public Builder findForgotten(int oneIn) {
			if (oneIn < 0) {
				throw new IllegalArgumentException("The sampling of forgotten scopes must not be negative, and was "
						+ oneIn + ": give 1 to watch every scope, 1000 for one in a thousand, 0 for none.");
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
			return new CancelScopes(this.timeSource, executor, this.listener, this.observe, forgotten, roots);
		}

	}

}
