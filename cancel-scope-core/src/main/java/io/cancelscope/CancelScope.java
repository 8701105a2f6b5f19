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
 * One operation's budget and stop signal, as the code inside the operation sees it.
 * <p>
 * A scope is <em>cancelled</em> when it was cancelled itself, when its deadline has
 * passed, or when its parent is cancelled and it isn't shielded. A cancelled scope never
 * comes back. Cancellation stops nothing by itself: the code asks at places where it is
 * safe to stop ({@link #check()}), and registers what stops the resource it blocks on
 * ({@link #onCancel}).
 * <p>
 * A scope is <em>closed</em> by its opener when the operation is over. Closed is not
 * cancelled: work that outlives a scope which ended in time is released from it, and only
 * its ancestors that are still open reach that work. Work that outlives a cancelled scope
 * stays cancelled.
 * <p>
 * All methods may be called from any thread, also from one where this scope is not
 * current, and none of them blocks unless it says so. No argument may be null unless it
 * is marked {@link Nullable}; a {@link NullPointerException} names the one that is.
 * <p>
 * The idea comes from Trio's {@code CancelScope}; asking first and stopping at a safe
 * point is Go's {@code context} and .NET's cancellation token. Users never implement this
 * type.
 *
 * @see CancelScopes#open(ScopeOptions)
 */
public sealed interface CancelScope permits OpenScope, RootScope {

	/**
	 * Returns the innermost scope open on the calling thread or attached to it. Where
	 * there is none, the <em>root</em>: never cancelled, without a deadline, and not to
	 * be cancelled. So the result is never null and {@code current().check()} is always
	 * legal.
	 * @return the current scope
	 */
	static CancelScope current() {
		return ScopeStack.current();
	}

	/**
	 * Returns the name given when the scope was opened; it is what messages, logs and
	 * metrics call this scope. Names need not be unique.
	 * @return the name
	 */
	String name();

	/**
	 * Returns whether this scope is cancelled: itself, by its deadline, or from above.
	 * Exact with or without a timer: from the instant of the deadline on the answer is
	 * {@code true}.
	 * @return {@code true} from the first cause on, for ever
	 */
	boolean isCancelled();

	/**
	 * Returns why this scope is cancelled. The first cause stays, whatever comes later.
	 * @return the reason, empty while the scope is not cancelled
	 */
	Optional<CancelReason> reason();

	/**
	 * Returns the effective deadline: the earliest among this scope's own and those of
	 * its open ancestors, up to and including the nearest shielded scope.
	 * @return the deadline, empty where there is none
	 */
	Optional<Deadline> deadline();

	/**
	 * Returns what is left of the budget: time until the effective deadline, never
	 * negative, and zero once the scope is cancelled. Mind that zero means "no limit" to
	 * JDBC and sockets: {@link #check()} before handing it on.
	 * @return what is left, empty where there is no deadline and no cancellation
	 */
	Optional<Duration> remaining();

	/**
	 * Throws if this scope is cancelled, and returns at once if it isn't. It throws every
	 * time, so a {@code catch} that swallows the first exception meets the next one.
	 * <p>
	 * The exception comes from the scope's own factory
	 * ({@link ScopeOptions#exception(java.util.function.Function)}) or the nearest
	 * ancestor's that has one. It is always a fresh one, and let through unchanged by all
	 * scopes it passes.
	 * @throws DeadlineExceededException if the reason is a deadline
	 * @throws ScopeCancelledException if there is another reason
	 */
	void check();

	/**
	 * Cancels this scope and everything below it that isn't shielded, without a message.
	 * @return {@code true} for the call that cancelled it, {@code false} if it was
	 * cancelled or closed already
	 * @throws IllegalStateException if this is the root
	 * @see #cancel(String, Throwable)
	 */
	boolean cancel();

	/**
	 * Cancels this scope and everything below it that isn't shielded.
	 * @param message why, for people: it is part of every exception this causes
	 * @return {@code true} for the call that cancelled it, {@code false} if it was
	 * cancelled or closed already
	 * @throws IllegalStateException if this is the root
	 * @see #cancel(String, Throwable)
	 */
	boolean cancel(String message);

	/**
	 * Cancels this scope and everything below it that isn't shielded. When the call
	 * returns, all of those answer {@link #isCancelled()} with {@code true}, and the
	 * callbacks registered with them have run, on the calling thread, outermost scope
	 * first. If this scope's parent bubbles, the cancellation then climbs.
	 * @param message why, for people: it is part of every exception this causes
	 * @param cause what led to it, or {@code null}: it becomes the cause of those
	 * exceptions
	 * @return {@code true} for the call that cancelled it, {@code false} if it was
	 * cancelled or closed already
	 * @throws IllegalStateException if this is the root
	 */
	boolean cancel(String message, @Nullable Throwable cause);

	/**
	 * Cancels this scope like {@link #cancel(String, Throwable)}, and says what sort of
	 * cause it was. For integrations, which know that the one who waits is gone
	 * ({@link CancelReason.Kind#DISCONNECTED}) or that the application stops
	 * ({@link CancelReason.Kind#SHUTDOWN}).
	 * @param kind what sort of cause; neither {@link CancelReason.Kind#DEADLINE}, which
	 * only time brings about, nor {@link CancelReason.Kind#MISNESTED}
	 * @param message why, for people: it is part of every exception this causes
	 * @param cause what led to it, or {@code null}: it becomes the cause of those
	 * exceptions
	 * @return {@code true} for the call that cancelled it, {@code false} if it was
	 * cancelled or closed already
	 * @throws IllegalArgumentException if the kind is one of those two
	 * @throws IllegalStateException if this is the root
	 */
	boolean cancel(CancelReason.Kind kind, String message, @Nullable Throwable cause);

	/**
	 * Registers what is to be done when this scope is cancelled, such as stopping the
	 * resource that is about to block. It runs exactly once, and only on cancellation:
	 * closing the scope drops it. Registered with a scope that is already cancelled, it
	 * runs at once, on the calling thread, before this method returns.
	 * <p>
	 * Otherwise an explicit cancel runs it on the thread that cancels, and a deadline on
	 * the callback executor; never on the timer thread and never under a lock. A callback
	 * that throws is logged with the scope's name and keeps nobody else's from running.
	 * <p>
	 * Where nothing can cancel any more, in a scope that closed without having been
	 * cancelled and on the root, it never runs.
	 * @param callback what to do; it is handed the scope's reason
	 * @return the handle that takes the callback back
	 */
	Registration onCancel(Consumer<? super CancelReason> callback);

	/**
	 * Runs one blocking call during which cancelling this scope interrupts the calling
	 * thread, so that what it blocks on ends. If this scope is cancelled already, the
	 * thread is interrupted at once. No interrupt of ours arrives after the call has
	 * returned, and none is left behind: the flag is clear again, and if an interruption
	 * comes out of the operation (an {@link InterruptedException}, one of its relatives
	 * in {@code java.io} and {@code java.nio}, or an exception caused by one), this
	 * throws the scope's exception instead, with that one as its cause.
	 * <p>
	 * An interrupt from somebody else is never swallowed: where one is recognised beside
	 * ours, the operation's own exception passes, and the flag is set unless that is an
	 * InterruptedException. A value the operation returned is always returned.
	 * @param operation the blocking call; it gets this scope
	 * @param <T> the type of its result
	 * @param <X> the checked exception it may throw
	 * @return what the operation returned
	 * @throws X if the operation throws it
	 * @throws ScopeCancelledException if cancelling this scope interrupted the operation
	 */
	<T extends @Nullable Object, X extends Exception> T interruptibly(Operation<T, X> operation) throws X;

	/**
	 * Sleeps, on this scope's time: a safe point that lasts. Ends at once when it is
	 * cancelled.
	 * @param duration how long; zero or less only checks
	 * @throws ScopeCancelledException if this scope is or becomes cancelled
	 * @throws InterruptedException if somebody else interrupts the thread
	 */
	void sleep(Duration duration) throws InterruptedException;

	/**
	 * Waits for a future, no longer than this scope lasts, unlike
	 * {@link java.util.concurrent.CompletableFuture#join()}, which nothing ends. The
	 * future itself is left alone: who wants it to stop cancels it, or runs what
	 * completes it in this scope.
	 * @param future what to wait for
	 * @param <T> the type of its value
	 * @return its value
	 * @throws ScopeCancelledException if this scope is cancelled, or becomes so while
	 * waiting; also if the future failed with our exception because of that
	 * @throws ExecutionException if the future failed otherwise
	 * @throws java.util.concurrent.CancellationException if the future was cancelled
	 * @throws InterruptedException if somebody else interrupts the thread
	 */
	<T extends @Nullable Object> T await(Future<T> future) throws InterruptedException, ExecutionException;

	/**
	 * Returns a task that runs the given one with this scope current, on whichever
	 * thread, and restores what was current there. It always runs its task, also when
	 * this scope is cancelled by then: the task may be the shell of a future that nobody
	 * would complete otherwise. If this scope closed without having been cancelled, the
	 * task runs in the nearest ancestor that is still open, or in none.
	 * @param task the task to carry this scope
	 * @return the carrying task; it may run more than once
	 */
	Runnable wrap(Runnable task);

	/**
	 * Returns a task that runs the given one with this scope current, like
	 * {@link #wrap(Runnable)}. If this scope is cancelled when it is about to start, it
	 * doesn't: it fails with what {@link #check()} throws.
	 * @param task the task to carry this scope
	 * @param <T> the type of its result
	 * @return the carrying task; it may run more than once
	 */
	<T> Callable<T> wrap(Callable<T> task);

	/**
	 * Returns a supplier that runs the given one with this scope current, like
	 * {@link #wrap(Runnable)}. If this scope is cancelled when it is about to start, it
	 * doesn't: it fails with what {@link #check()} throws.
	 * @param task the supplier to carry this scope
	 * @param <T> the type of its result
	 * @return the carrying supplier; it may run more than once
	 */
	<T> Supplier<T> wrapSupplier(Supplier<T> task);

	/**
	 * Returns an executor whose tasks all run with this scope current, whoever submits
	 * them. For the submitter's scope instead, see
	 * {@link CancelScopes#propagating(Executor)}.
	 * @param executor the executor that runs the tasks
	 * @return the carrying executor
	 */
	Executor wrap(Executor executor);

	/**
	 * Makes this scope current on the calling thread until the result is closed on that
	 * same thread, which restores what was current before. Meant for integrations; code
	 * that has a task at hand wants {@link #wrap(Runnable)}.
	 * @return the handle that restores; closing it twice does nothing, closing it while a
	 * scope opened after it is still open closes and cancels that scope and throws
	 * {@link IllegalStateException}
	 */
	Registration attach();

	/**
	 * Returns what this scope looks like right now, for those who show or measure scopes.
	 * @return a snapshot; of the root, one that says nothing
	 */
	ScopeDetails details();

	/**
	 * The handle of something that can be taken back: a callback registered with a scope,
	 * or a scope attached to a thread.
	 */
	interface Registration extends AutoCloseable {

		/**
		 * Takes back what was registered, without waiting.
		 * @return for a callback, {@code true} if and only if it has not run and will not
		 * run; asking again gives the same answer. For an attached scope, {@code true} if
		 * this call restored what was current before.
		 */
		boolean unregister();

		/**
		 * Takes back what was registered. If a callback is running at this moment, waits
		 * until it has ended, except on the thread that runs it, so that afterwards the
		 * resource behind it can be used again. A second call does nothing.
		 */
		@Override
		void close();

	}

	/**
	 * Code that runs inside a scope and returns a value.
	 *
	 * @param <T> the type of the value
	 * @param <X> the checked exception it may throw
	 */
	@FunctionalInterface
	interface Operation<T extends @Nullable Object, X extends Exception> {

		/**
		 * Does the work.
		 * @param scope the scope it runs in
		 * @return the result
		 * @throws X if the work fails
		 */
		T call(CancelScope scope) throws X;

	}

	/**
	 * Code that runs inside a scope.
	 *
	 * @param <X> the checked exception it may throw
	 */
	@FunctionalInterface
	interface Action<X extends Exception> {

		/**
		 * Does the work.
		 * @param scope the scope it runs in
		 * @throws X if the work fails
		 */
		void run(CancelScope scope) throws X;

	}

}
