package io.cancelscope;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The budget and the stop signal of one operation, as seen by the code inside the
 * operation.
 * <p>
 * A scope is <em>cancelled</em> when it was cancelled itself, when its deadline has
 * passed, or when its parent is cancelled and the scope is not shielded. A cancelled
 * scope stays cancelled. Cancellation stops no code by itself. The code calls
 * {@link #check()} at its safe points, and registers with {@link #onCancel} what stops
 * the resource that it blocks on.
 * <p>
 * A scope is <em>closed</em> by its opener when the operation is over. Closed is not
 * cancelled. If a scope closes without having been cancelled, work that outlives it is
 * released: only ancestors that are still open can then cancel that work. Work that
 * outlives a cancelled scope stays cancelled.
 * <p>
 * All methods can be called from any thread, also from a thread where this scope is not
 * current. A method blocks only if its description says so. {@link #cancel},
 * {@link #onCancel} in a cancelled scope, and {@link OpenScope#close()} of a scope that
 * was cancelled a moment before can run callbacks on the calling thread. No argument may
 * be null unless it is marked {@link Nullable}. The message of the
 * {@link NullPointerException} is the name of the argument.
 * <p>
 * The idea comes from Trio's {@code CancelScope}. Checking at safe points is known as
 * cooperative cancellation, for example in Go's {@code context} and in .NET's
 * cancellation token. Applications never implement this type.
 *
 * @see CancelScopes#open(ScopeOptions)
 */
public sealed interface CancelScope permits OpenScope, RootScope {

	/**
	 * Returns the innermost scope that is open on the calling thread or attached to it.
	 * If none is, returns the <em>root</em>: a scope without a deadline that is never
	 * cancelled and cannot be cancelled. The result is never null, so
	 * {@code current().check()} is always legal.
	 * @return the current scope
	 */
	static CancelScope current() {
		return ScopeStack.current();
	}

	/**
	 * Returns the name that was given when the scope was opened. Messages, logs and
	 * metrics use it for this scope. Names need not be unique.
	 * @return the name
	 */
	String name();

	/**
	 * Returns the key of this scope, such as {@code order-42}. A scope can be found and
	 * cancelled by its key.
	 * @return the key, empty if none was given
	 * @see ScopeOptions#withKey(String)
	 */
	Optional<String> key();

	/**
	 * Returns whether this scope is cancelled: by itself, by its deadline, or because an
	 * ancestor is cancelled. The result is exact, with or without a timer: it is
	 * {@code true} from the instant of the deadline on.
	 * <p>
	 * If the deadline of a scope passes and no code checks the scope before it closes,
	 * the deadline does not cancel it, unless the scope was propagated to other work.
	 * @return {@code true} from the first cancellation on, permanently
	 */
	boolean isCancelled();

	/**
	 * Returns why this scope is cancelled. The first cancellation determines the reason;
	 * later ones do not change it.
	 * @return the reason, empty while the scope is not cancelled
	 */
	Optional<CancelReason> reason();

	/**
	 * Returns the effective deadline: the earliest of this scope's own deadline and those
	 * of its open ancestors, up to and including the nearest shielded scope.
	 * @return the deadline, empty if there is none
	 */
	Optional<Deadline> deadline();

	/**
	 * Returns the remaining budget: the time until the effective deadline. It is never
	 * negative, and zero once the scope is cancelled. Zero means "no limit" to JDBC and
	 * to sockets, so call {@link #check()} before you pass the result on, or use
	 * {@link #limit}.
	 * @return the remaining time, empty if there is neither a deadline nor a cancellation
	 */
	Optional<Duration> remaining();

	/**
	 * Throws an exception if this scope is cancelled, and otherwise returns at once.
	 * Every call throws, so code that catches and ignores the first exception gets
	 * another one at its next safe point.
	 * <p>
	 * The exception is made by the factory of this scope
	 * ({@link ScopeOptions#exception(java.util.function.Function)}), or by that of the
	 * nearest ancestor that has one. Each call throws a new exception. It passes
	 * unchanged through all scopes around the caller.
	 * @throws DeadlineExceededException if the reason is a deadline
	 * @throws ScopeCancelledException if there is another reason
	 */
	void check();

	/**
	 * Returns the exception that {@link #check()} would throw now, for code that passes a
	 * failure on instead of throwing it. Each call returns a new exception.
	 * @return the exception
	 * @throws IllegalStateException if this scope is not cancelled
	 */
	RuntimeException exception();

	/**
	 * Returns the timeout for one call inside this scope: the given timeout or the
	 * remaining budget, whichever is smaller. The result is at least one millisecond,
	 * because many APIs interpret zero as "no limit".
	 * @param atMost the timeout that the call would have without a scope; must be
	 * positive
	 * @return the smaller of the two
	 * @throws IllegalArgumentException if {@code atMost} is zero or negative
	 * @throws ScopeCancelledException if this scope is cancelled, as by {@link #check()}
	 */
	Duration limit(Duration atMost);

	/**
	 * Cancels this scope and all unshielded scopes below it, without a message.
	 * @return {@code true} if this call cancelled the scope, {@code false} if the scope
	 * was already cancelled or closed
	 * @throws IllegalStateException if this is the root
	 * @see #cancel(String, Throwable)
	 */
	boolean cancel();

	/**
	 * Cancels this scope and all unshielded scopes below it.
	 * @param message a human-readable reason, included in the message of each resulting
	 * exception
	 * @return {@code true} if this call cancelled the scope, {@code false} if the scope
	 * was already cancelled or closed
	 * @throws IllegalStateException if this is the root
	 * @see #cancel(String, Throwable)
	 */
	boolean cancel(String message);

	/**
	 * Cancels this scope and all unshielded scopes below it. If the parent of this scope
	 * bubbles, the cancellation bubbles up.
	 * <p>
	 * When this method returns, {@link #isCancelled()} is {@code true} for all these
	 * scopes. Their callbacks have been started on the calling thread, outermost scope
	 * first, and the listeners have been called after them. If one of them blocks,
	 * threads of the library run the others after some milliseconds. Callbacks can
	 * therefore still be running when this method returns.
	 * @param message a human-readable reason, included in the message of each resulting
	 * exception
	 * @param cause the exception that led to the cancellation, or {@code null}; it
	 * becomes the cause of each resulting exception
	 * @return {@code true} if this call cancelled the scope, {@code false} if the scope
	 * was already cancelled or closed
	 * @throws IllegalStateException if this is the root
	 */
	boolean cancel(String message, @Nullable Throwable cause);

	/**
	 * Cancels this scope like {@link #cancel(String, Throwable)}, with a kind. Meant for
	 * integrations, which detect that the client has disconnected
	 * ({@link CancelReason.Kind#DISCONNECTED}) or that the application is stopping
	 * ({@link CancelReason.Kind#SHUTDOWN}).
	 * @param kind the kind of the reason; {@link CancelReason.Kind#DEADLINE} and
	 * {@link CancelReason.Kind#MISNESTED} are reserved for the library
	 * @param message a human-readable reason, included in the message of each resulting
	 * exception
	 * @param cause the exception that led to the cancellation, or {@code null}; it
	 * becomes the cause of each resulting exception
	 * @return {@code true} if this call cancelled the scope, {@code false} if the scope
	 * was already cancelled or closed
	 * @throws IllegalArgumentException if the kind is reserved
	 * @throws IllegalStateException if this is the root
	 */
	boolean cancel(CancelReason.Kind kind, String message, @Nullable Throwable cause);

	/**
	 * Registers a callback that runs when this scope is cancelled. It usually stops the
	 * resource that the code is about to block on. The callback runs exactly once, and
	 * only on cancellation: closing the scope drops it. If this scope is already
	 * cancelled, the callback runs at once on the calling thread, before this method
	 * returns.
	 * <p>
	 * An explicit cancellation runs the callback on the cancelling thread. A deadline
	 * runs it on the callback executor, never on the timer's thread. No lock is held. All
	 * callbacks of the tree are started before any listener is called. An exception that
	 * a callback throws is logged with the name of the scope. If a callback blocks, other
	 * threads run the remaining ones. Inside a callback, {@link #current()} returns the
	 * root. Scopes that a callback leaves current are removed from the thread.
	 * <p>
	 * If the registering work runs in a propagated scope ({@link #wrap},
	 * {@link #attach}), the callback stays registered as long as that work runs. If the
	 * scope closes before, without having been cancelled, the callback moves to the
	 * nearest open ancestor. If no scope is left that can be cancelled, it never runs. If
	 * the scope is cancelled and closed immediately afterwards, the callback still runs;
	 * {@link Registration#close()} takes it back or waits for it.
	 * @param callback the callback; receives the scope's reason
	 * @return the handle that takes the callback back
	 */
	Registration onCancel(Consumer<? super CancelReason> callback);

	/**
	 * Registers an action that stops something when this scope is cancelled, like
	 * {@link #onCancel(Consumer)}: {@code scope.onCancel(statement::cancel)}.
	 * @param stop the action; an exception that it throws is logged
	 * @return the handle that takes the action back
	 */
	Registration onCancel(Stop stop);

	/**
	 * Registers a callback that runs when this scope is cancelled, like
	 * {@link #onCancel(Consumer)}, but after all stops: when the other callbacks of the
	 * tree have been started. Use it to complete results, and for everything that can run
	 * application code in turn. If this scope is already cancelled, the callback runs at
	 * once on the calling thread.
	 * @param news the callback; receives the scope's reason
	 * @return the handle that takes the callback back
	 */
	Registration afterCancel(Consumer<? super CancelReason> news);

	/**
	 * Runs one blocking call during which the calling thread is interrupted if this scope
	 * is cancelled. If this scope is already cancelled, the thread is interrupted at
	 * once. The scope sends no interrupt after the call has returned, and the interrupt
	 * flag is clear again.
	 * <p>
	 * If the operation ends with an interruption, this method throws the scope's
	 * exception with that interruption as its cause. An interruption is an
	 * {@link InterruptedException}, a related exception in {@code java.io} or
	 * {@code java.nio}, or an exception caused by one.
	 * <p>
	 * A foreign interrupt is never swallowed. If one is detected in addition to the
	 * scope's own interrupt, the operation's own exception is thrown unchanged. The
	 * interrupt flag is set unless that exception is an {@code InterruptedException}. A
	 * value that the operation returns is always returned.
	 * @param operation the blocking call; receives this scope
	 * @param <T> the type of its result
	 * @param <X> the checked exception that it may throw
	 * @return the value that the operation returned
	 * @throws X if the operation throws it
	 * @throws ScopeCancelledException if the scope's own interrupt ended the operation
	 */
	<T extends @Nullable Object, X extends Exception> T interruptibly(Operation<T, X> operation) throws X;

	/**
	 * Sleeps for the given time, on this scope's time source. Sleeping is a safe point:
	 * it ends at once when this scope is cancelled.
	 * @param duration the time to sleep; zero or negative only checks this scope
	 * @throws ScopeCancelledException if this scope is cancelled before or while sleeping
	 * @throws InterruptedException if a foreign interrupt ends the sleep
	 */
	void sleep(Duration duration) throws InterruptedException;

	/**
	 * Waits for a future, but not longer than this scope lasts. By contrast, no
	 * cancellation ends {@link java.util.concurrent.CompletableFuture#join()}. This
	 * method does not cancel the future. To stop the work behind it, cancel the future,
	 * or run that work in this scope.
	 * @param future the future to wait for
	 * @param <T> the type of its value
	 * @return its value
	 * @throws ScopeCancelledException if this scope is cancelled before or while waiting,
	 * also if the future failed with an exception of this library as a result
	 * @throws ExecutionException if the future failed for another reason
	 * @throws java.util.concurrent.CancellationException if the future was cancelled and
	 * this scope was not
	 * @throws InterruptedException if a foreign interrupt ends the wait
	 */
	<T extends @Nullable Object> T await(Future<T> future) throws InterruptedException, ExecutionException;

	/**
	 * Runs a call that nothing can stop, such as a DNS lookup or native code. The call
	 * runs on a thread of the library with this scope current, and the calling thread
	 * waits for it. If the call ends first, its value is returned or its exception is
	 * thrown.
	 * <p>
	 * If this scope is cancelled first, this method throws, and the call continues. If
	 * the call returns a value later, the library passes that value to {@code late},
	 * once, on its own thread and outside all scopes. An exception of an abandoned call
	 * is logged at debug level.
	 * <p>
	 * At most 64 such calls run in the JVM at the same time, abandoned calls included. If
	 * all are in use, this method waits, within the scope, and logs a warning. On the
	 * root, which cannot be cancelled, the call runs on the calling thread.
	 * @param operation the call; receives this scope
	 * @param late receives a value that is returned after this method has thrown, for
	 * example to close it
	 * @param <T> the type of its result
	 * @param <X> the checked exception that it may throw
	 * @return the value that the operation returned
	 * @throws X if the operation throws it
	 * @throws ScopeCancelledException if this scope is cancelled before or during the
	 * call
	 * @throws java.util.concurrent.CompletionException if a foreign interrupt ends the
	 * wait; the interrupt flag is then set
	 * @see CancelScopes#abandonableCalls()
	 */
	<T extends @Nullable Object, X extends Exception> T abandonable(Operation<T, X> operation, Consumer<? super T> late)
			throws X;

	/**
	 * Returns a task that runs the given one with this scope current, on any thread, and
	 * then restores the scope that was current there. The task always runs, even if this
	 * scope is cancelled before it starts: it can be part of a future that would
	 * otherwise never complete. If this scope closed without having been cancelled, the
	 * task runs in the nearest open ancestor, or in no scope.
	 * @param task the task to run in this scope
	 * @return the wrapped task; it can run more than once
	 */
	Runnable wrap(Runnable task);

	/**
	 * Returns a task that runs the given one with this scope current, like
	 * {@link #wrap(Runnable)}. If this scope is cancelled before the task starts, the
	 * task does not run, and the wrapper throws what {@link #check()} throws.
	 * @param task the task to run in this scope
	 * @param <T> the type of its result
	 * @return the wrapped task; it can run more than once
	 */
	<T> Callable<T> wrap(Callable<T> task);

	/**
	 * Returns a supplier that runs the given one with this scope current, like
	 * {@link #wrap(Runnable)}. If this scope is cancelled before the supplier starts, the
	 * supplier does not run, and the wrapper throws what {@link #check()} throws.
	 * @param task the supplier to run in this scope
	 * @param <T> the type of its result
	 * @return the wrapped supplier; it can run more than once
	 */
	<T> Supplier<T> wrapSupplier(Supplier<T> task);

	/**
	 * Returns an executor that runs all tasks with this scope current, whichever thread
	 * submits them. To propagate the scope of the submitting thread instead, see
	 * {@link CancelScopes#propagating(Executor)}.
	 * @param executor the executor that runs the tasks
	 * @return the executor that runs tasks in this scope
	 */
	Executor wrap(Executor executor);

	/**
	 * Makes this scope current on the calling thread until the result is closed on that
	 * thread. Closing it restores the scope that was current before. Meant for
	 * integrations; to run a task in this scope, use {@link #wrap(Runnable)}.
	 * <p>
	 * Closing the result twice has no effect. If a scope that was opened after it is
	 * still open, closing the result closes and cancels that scope, and throws
	 * {@link IllegalStateException}.
	 * @return the handle that restores the previous scope
	 */
	Registration attach();

	/**
	 * Returns the current state of this scope, for code that displays or measures scopes.
	 * @return a snapshot; the snapshot of the root is empty
	 */
	ScopeDetails details();

	/**
	 * Handle of a callback that is registered with a scope, or of a scope that is
	 * attached to a thread.
	 */
	interface Registration extends AutoCloseable {

		/**
		 * Takes back what was registered, without waiting.
		 * <p>
		 * For an attached scope, the result is {@code true} if this call restored the
		 * previous scope, and {@code false} if it was already taken back. A call on
		 * another thread than the attached one returns {@code false}: it ends the
		 * attachment, and the attached thread restores its previous scope when it next
		 * reads the current one.
		 * @return for a callback, {@code true} if and only if it has not run and will not
		 * run; repeated calls return the same value
		 */
		boolean unregister();

		/**
		 * Takes back what was registered. If the callback is running, this method waits
		 * until it has ended, so that the resource behind it can be used again. On a
		 * thread that runs a callback, this one or another, the method does not wait. A
		 * second call has no effect.
		 */
		@Override
		void close();

	}

	/**
	 * Action that stops something.
	 */
	@FunctionalInterface
	interface Stop {

		/**
		 * Stops the resource or the operation.
		 * @throws Exception if that fails; the exception is logged
		 */
		void stop() throws Exception;

	}

	/**
	 * Code that runs inside a scope and returns a value.
	 *
	 * @param <T> the type of the value
	 * @param <X> the checked exception that it may throw
	 */
	@FunctionalInterface
	interface Operation<T extends @Nullable Object, X extends Exception> {

		/**
		 * Performs the work.
		 * @param scope the scope that the work runs in
		 * @return the result
		 * @throws X if the work fails
		 */
		T call(CancelScope scope) throws X;

	}

	/**
	 * Code that runs inside a scope.
	 *
	 * @param <X> the checked exception that it may throw
	 */
	@FunctionalInterface
	interface Action<X extends Exception> {

		/**
		 * Performs the work.
		 * @param scope the scope that the work runs in
		 * @throws X if the work fails
		 */
		void run(CancelScope scope) throws X;

	}

}
