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
 * current. None of them blocks unless it says so, or runs callbacks on the calling
 * thread: {@link #cancel}, {@link #onCancel} in a cancelled scope, and
 * {@link OpenScope#close()} of a scope that was cancelled a moment ago do. No argument
 * may be null unless it is marked {@link Nullable}; a {@link NullPointerException} names
 * the one that is.
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
	 * Returns what people cancel this scope by, such as {@code order-42}.
	 * @return the key, empty where none was given
	 * @see ScopeOptions#withKey(String)
	 */
	Optional<String> key();

	/**
	 * Returns whether this scope is cancelled: itself, by its deadline, or from above.
	 * Exact with or without a timer: from the instant of the deadline on the answer is
	 * {@code true}.
	 * <p>
	 * A scope whose own time was up, and that nobody asked before it closed, is not
	 * cancelled by that, unless it was carried to other work.
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
	 * Returns what {@link #check()} would throw now, for code that passes a failure on by
	 * other ways than throwing it. A fresh exception each time.
	 * @return the exception
	 * @throws IllegalStateException if this scope is not cancelled
	 */
	RuntimeException exception();

	/**
	 * Returns how long one call may take that has a timeout of its own: the smaller of
	 * that and of what remains of this scope's budget. At least one millisecond, because
	 * zero means "for ever" to many APIs.
	 * @param atMost the timeout the call would have without a scope; positive
	 * @return the smaller one
	 * @throws IllegalArgumentException if {@code atMost} is zero or negative
	 * @throws ScopeCancelledException if this scope is cancelled, as {@link #check()}
	 */
	Duration limit(Duration atMost);

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
	 * Cancels this scope and everything below it that isn't shielded. If this scope's
	 * parent bubbles, the cancellation then climbs. When the call returns, all of those
	 * answer {@link #isCancelled()} with {@code true}, and the callbacks registered with
	 * them have begun, on the calling thread, outermost scope first, and the listeners
	 * were told after that. If one of them blocks, threads of the library go on with the
	 * others after some milliseconds, so they may still be running when this returns.
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
	 * the callback executor; never on the timer's thread and never under a lock. All
	 * callbacks of the whole tree begin before anybody is told of the cancellation. One
	 * that throws is logged with the scope's name. If one blocks, the others go on, on
	 * other threads. Inside a callback {@link #current()} is the root, and it leaves the
	 * thread as it found it.
	 * <p>
	 * What work registers that carries this scope ({@link #wrap}, {@link #attach}) lives
	 * as long as that work: if the scope closes before, without having been cancelled,
	 * the callback moves up to the nearest ancestor that is open. Where nothing can
	 * cancel any more it never runs. A scope that is cancelled and closed a moment later
	 * does not take back what is about to run: {@link Registration#close()} does, or
	 * waits for it.
	 * @param callback what to do; it receives the scope's reason
	 * @return the handle that takes the callback back
	 */
	Registration onCancel(Consumer<? super CancelReason> callback);

	/**
	 * Registers what stops something when this scope is cancelled, like
	 * {@link #onCancel(Consumer)}: {@code scope.onCancel(statement::cancel)}.
	 * @param stop what to do; what it throws is logged
	 * @return the handle that takes it back
	 */
	Registration onCancel(Stop stop);

	/**
	 * Registers a callback that runs when this scope is cancelled, like
	 * {@link #onCancel(Consumer)}, but after all stops: not before the other callbacks of
	 * the whole tree have begun. For results that are to be completed, and all that may
	 * run code of others in turn. Registered with a scope that is already cancelled, it
	 * runs at once.
	 * @param news what to do; it receives the scope's reason
	 * @return the handle that takes it back
	 */
	Registration afterCancel(Consumer<? super CancelReason> news);

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
	 * @throws java.util.concurrent.CancellationException if the future was cancelled, and
	 * this scope is not
	 * @throws InterruptedException if somebody else interrupts the thread
	 */
	<T extends @Nullable Object> T await(Future<T> future) throws InterruptedException, ExecutionException;

	/**
	 * Runs a call that nothing can stop, such as a DNS look-up or native code, on a
	 * thread of the library's with this scope current, and waits for it. If this scope is
	 * cancelled first, the caller leaves: the call goes on alone, and if it returns a
	 * value later, that goes to {@code late}, once, on the library's thread and outside
	 * of all scopes. If the call ends first, its value is returned.
	 * <p>
	 * At most 64 such calls are under way in the JVM, those that were left included. If
	 * there are as many, this waits, within the scope, and a warning is logged. What the
	 * call throws is thrown here; what it throws when it was left is logged at debug
	 * level. On the root, which nothing cancels, the call runs on the calling thread.
	 * @param operation the call; it gets this scope
	 * @param late what to do with a value that nobody waits for any more, such as closing
	 * it
	 * @param <T> the type of its result
	 * @param <X> the checked exception it may throw
	 * @return what the operation returned
	 * @throws X if the operation throws it
	 * @throws ScopeCancelledException if this scope is or becomes cancelled
	 * @throws java.util.concurrent.CompletionException if somebody else interrupts the
	 * thread; the flag is set then
	 * @see CancelScopes#abandonableCalls()
	 */
	<T extends @Nullable Object, X extends Exception> T abandonable(Operation<T, X> operation, Consumer<? super T> late)
			throws X;

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
		 * this call restored what was current before: {@code false} if it was taken back
		 * already, and on another thread than the one it was attached to, where it ends
		 * the attachment, and that thread finds out when it looks next.
		 */
		boolean unregister();

		/**
		 * Takes back what was registered. If a callback is running at this moment, waits
		 * until it has ended, so that afterwards the resource behind it can be used
		 * again; except on a thread that is running a callback itself, this one or
		 * another. A second call does nothing.
		 */
		@Override
		void close();

	}

	/**
	 * An action that stops something.
	 */
	@FunctionalInterface
	interface Stop {

		/**
		 * Stops it.
		 * @throws Exception if that fails; it is logged
		 */
		void stop() throws Exception;

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
