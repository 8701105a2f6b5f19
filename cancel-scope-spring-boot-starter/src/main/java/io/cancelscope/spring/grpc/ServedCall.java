package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.GuardedCall;
import io.cancelscope.spring.OneLineLog;
import io.cancelscope.spring.ScopeFailures;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.StatusException;
import org.jspecify.annotations.Nullable;

/**
 * A call with its scope, and the call as its handler has it.
 * <p>
 * The scope is cancelled when gRPC's context of the call is, and cancels a context of its
 * own inside that one. It closes when gRPC reports that the call is over.
 * <p>
 * A call has one author at a time, since a {@link ServerCall} is not thread-safe. Code of
 * the handler counts as inside from its entry to its exit: a callback of its listener, or
 * a method of this call that it invokes elsewhere. Invariant: the library takes the call
 * only if the scope is cancelled and nothing is inside, and from then on nothing enters.
 * So a handler that runs when its scope is cancelled answers first, and its late answer
 * to a call with one answer counts; a handler that waits for something is answered for.
 * No foreign code runs under the lock.
 *
 * @param <Q> the type of the requests
 * @param <A> the type of the answers
 */
final class ServedCall<Q, A> extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {

	private static final OneLineLog logger = OneLineLog.of(ServedCall.class);

	/**
	 * A caller resets the stream when its deadline passes, and its clock started a little
	 * earlier than the server's.
	 */
	private static final Duration SAME_TIME = Duration.ofMillis(20);

	private final OpenScope scope;

	/** Null if the call begins with any budget. */
	private final @Nullable GuardedCall guarded;

	/** gRPC's. */
	private final Context around;

	/** The handler's. */
	private final Context.CancellableContext context;

	private final CallAnswers answers;

	private final OpenCalls calls;

	private final Context.CancellationListener ending = (cancelled) -> contextIsCancelled();

	private final boolean oneAnswer;

	private final Object lock = new Object();

	/** Guarded by lock. */
	private Author author = Author.HANDLER;

	/** How much code of the handler is inside. Guarded by lock. */
	private int inside;

	/** Whether the scope is cancelled. Guarded by lock. */
	private boolean cancelled;

	private volatile boolean stopped;

	/** Whether the handler has answered, other than with an exception. */
	private volatile boolean completed;

	private final AtomicBoolean ended = new AtomicBoolean();

	/**
	 * Creates an instance.
	 * @param call the call as gRPC has it
	 * @param scope the scope, which this object closes
	 * @param guarded what decided whether the call begins, or {@code null}
	 * @param around gRPC's context of the call
	 * @param answers answers exceptions of the library
	 * @param calls where the call is kept while it is going on
	 */
	ServedCall(ServerCall<Q, A> call, OpenScope scope, @Nullable GuardedCall guarded, Context around,
			CallAnswers answers, OpenCalls calls) {
		super(call);
		this.scope = scope;
		this.guarded = guarded;
		this.around = around;
		this.context = CallScope.in(around, scope).withCancellation();
		this.answers = answers;
		this.calls = calls;
		this.oneAnswer = call.getMethodDescriptor().getType().serverSendsOneMessage();
	}

	/** Hands the call to its handler, unless too little of its budget is left. */
	ServerCall.Listener<Q> start(ServerCallHandler<Q, A> next, Metadata headers) {
		this.calls.add(this);
		enter();
		try {
			this.scope.onCancel((reason) -> this.context.cancel(this.scope.exception()));
			this.scope.afterCancel((reason) -> scopeIsCancelled());
			this.around.addListener(this.ending, this.calls.aside());
			return new ServedListener<>(this, isRefused() ? new ServerCall.Listener<>() {
			} : begin(next, headers));
		}
		catch (Throwable thrown) {
			end(false);
			throw thrown;
		}
		finally {
			leave();
		}
	}

	/** Such a call is answered when this method's caller leaves. */
	private boolean isRefused() {
		return this.guarded != null && this.guarded.isRefused();
	}

	private ServerCall.Listener<Q> begin(ServerCallHandler<Q, A> next, Metadata headers) {
		Context before = this.context.attach();
		CancelScope.Registration attached = this.scope.attach();
		try {
			return Objects.requireNonNull(next.startCall(this, headers), "startCall returned no listener");
		}
		catch (Throwable thrown) {
			failed(thrown);
			return new ServerCall.Listener<>() {
			};
		}
		finally {
			detach(attached, before);
		}
	}

	/** The handler has done its part, so a scope that was forgotten is only logged. */
	private void detach(CancelScope.Registration attached, Context before) {
		try {
			attached.close();
		}
		catch (IllegalStateException ex) {
			logger.warn("Call '" + this.scope.name() + "' did not close all of its scopes. Open each in a"
					+ " try-with-resources statement, or use CancelScopes.run(…) and call(…)", ex);
		}
		this.context.detach(before);
	}

	/** Runs a callback of the handler, unless the call has been answered for it. */
	void run(Runnable callback) {
		if (!enter()) {
			return;
		}
		try {
			runInside(callback);
		}
		catch (Throwable thrown) {
			failed(thrown);
		}
		finally {
			leave();
		}
	}

	/** Runs the last callback of the handler. */
	void runLast(Runnable callback, boolean gone) {
		conclude();
		try {
			runInside(callback);
		}
		finally {
			end(gone);
		}
	}

	/** Whether the library has answered, so that the handler is not the author. */
	boolean isTaken() {
		synchronized (this.lock) {
			return this.author == Author.LIBRARY;
		}
	}

	private void runInside(Runnable callback) {
		Context before = this.context.attach();
		CancelScope.Registration attached = this.scope.attach();
		try {
			callback.run();
		}
		finally {
			detach(attached, before);
		}
	}

	/**
	 * An exception leaves the handler. One of the library's is answered here; all others
	 * are gRPC's business, and cancel the scope unless they are an answer themselves.
	 */
	private void failed(Throwable thrown) {
		StatusException answer = this.answers.answerTo(thrown);
		if (answer == null) {
			conclude();
			if (!CallAnswers.isAnswer(thrown)) {
				this.scope.failed(thrown);
			}
			throw ScopeFailures.<RuntimeException>sneakyThrow(thrown);
		}
		this.scope.failed(thrown);
		if (take()) {
			Metadata trailers = answer.getTrailers();
			closeAsAuthor(answer.getStatus(), (trailers != null) ? trailers : new Metadata());
		}
	}

	private boolean enter() {
		synchronized (this.lock) {
			if (this.author == Author.LIBRARY) {
				return false;
			}
			this.inside++;
			return true;
		}
	}

	/**
	 * Race: this thread leaves, and another one cancels the scope. Whichever comes second
	 * finds both and takes the call.
	 */
	private void leave() {
		boolean taken;
		synchronized (this.lock) {
			this.inside--;
			taken = takeIfLeft();
		}
		if (taken) {
			answer();
		}
	}

	private void scopeIsCancelled() {
		boolean taken;
		synchronized (this.lock) {
			this.cancelled = true;
			taken = takeIfLeft();
		}
		if (taken) {
			answer();
		}
	}

	/** Guarded by lock. */
	private boolean takeIfLeft() {
		if (!this.cancelled || this.inside > 0 || this.author != Author.HANDLER) {
			return false;
		}
		this.author = Author.LIBRARY;
		return true;
	}

	/** Takes the call from a handler that has just thrown. */
	private boolean take() {
		synchronized (this.lock) {
			if (this.author != Author.HANDLER) {
				return false;
			}
			this.author = Author.LIBRARY;
			return true;
		}
	}

	/** From now on the call is not taken any more. */
	private boolean conclude() {
		synchronized (this.lock) {
			if (this.author == Author.LIBRARY) {
				return false;
			}
			this.author = Author.NOBODY;
			return true;
		}
	}

	private void answer() {
		RuntimeException exception = this.scope.exception();
		this.scope.reason()
			.map((reason) -> isRefused() ? CallAnswers.ofRefused(exception) : CallAnswers.of(reason, exception))
			.ifPresent((status) -> closeAsAuthor(status, new Metadata()));
	}

	private void closeAsAuthor(Status status, Metadata trailers) {
		try {
			super.close(status, trailers);
		}
		catch (IllegalStateException ex) {
			// An interceptor further out has closed it.
			logger.debug("The call of scope '" + this.scope.name() + "' was closed already", ex);
		}
	}

	/** gRPC's context is cancelled: runs on a thread that may wait for callbacks. */
	private void contextIsCancelled() {
		if (this.around.cancellationCause() == null) {
			// No end was reported to the listener, which happens where an interceptor
			// further out fails.
			end(false);
		}
		else {
			callerIsGone();
		}
	}

	private void callerIsGone() {
		Throwable cause = this.around.cancellationCause();
		if (this.stopped) {
			cancelAtShutdown();
		}
		else if (cause instanceof TimeoutException || isAtItsDeadline()) {
			// Not if the scope is closed or cancelled, as all others.
			this.scope.reschedule(Duration.ZERO);
		}
		else {
			this.scope.cancel(CancelReason.Kind.DISCONNECTED, "the caller is gone", cause);
		}
	}

	private boolean isAtItsDeadline() {
		Deadline deadline = this.around.getDeadline();
		return deadline != null && deadline.timeRemaining(TimeUnit.NANOSECONDS) <= SAME_TIME.toNanos();
	}

	/** Cancels the scope because the server stops. Does not wait for its callbacks. */
	void stop() {
		this.stopped = true;
		this.calls.aside().execute(this::cancelAtShutdown);
	}

	private void cancelAtShutdown() {
		this.scope.cancel(CancelReason.Kind.SHUTDOWN, "the application stops", null);
	}

	/**
	 * The call is over. Closing a cancelled scope can wait for callbacks, which an event
	 * loop must not.
	 */
	private void end(boolean gone) {
		this.around.removeListener(this.ending);
		if (!gone && !this.scope.isCancelled()) {
			closeScope();
			return;
		}
		this.calls.aside().execute(() -> {
			if (gone) {
				callerIsGone();
			}
			closeScope();
		});
	}

	private void closeScope() {
		if (this.ended.compareAndSet(false, true)) {
			this.context.cancel(null);
			this.calls.remove(this);
			if (this.guarded != null) {
				this.guarded.ended(this.scope, this.completed);
			}
			this.scope.close();
		}
	}

	@Override
	public void sendHeaders(Metadata headers) {
		change(() -> super.sendHeaders(headers));
	}

	@Override
	public void setMessageCompression(boolean enabled) {
		change(() -> super.setMessageCompression(enabled));
	}

	@Override
	public void setCompression(String compressor) {
		change(() -> super.setCompression(compressor));
	}

	private boolean change(Runnable change) {
		if (!enter()) {
			return false;
		}
		try {
			change.run();
			return true;
		}
		finally {
			leave();
		}
	}

	/**
	 * Sends a message. In a stream of messages that is a safe point. The one answer to a
	 * call is kept, also if it comes late, or dropped if the call has been answered.
	 */
	@Override
	public void sendMessage(A message) {
		if (!this.oneAnswer) {
			((CancelScope.current() instanceof OpenScope current) ? current : this.scope).check();
		}
		if (!change(() -> super.sendMessage(message)) && !this.oneAnswer) {
			throw refusal();
		}
	}

	private RuntimeException refusal() {
		return this.scope.isCancelled() ? this.scope.exception()
				: Status.CANCELLED.withDescription("The call was answered already").asRuntimeException();
	}

	@Override
	public boolean isReady() {
		return !this.scope.isCancelled() && super.isReady();
	}

	@Override
	public boolean isCancelled() {
		return this.scope.isCancelled() || super.isCancelled();
	}

	/** Closes the call for its handler. */
	@Override
	public void close(Status status, Metadata trailers) {
		if (!conclude()) {
			return;
		}
		Throwable cause = status.getCause();
		StatusException answer = (cause != null) ? answerInsteadOf(status, cause) : null;
		boolean failed = cause != null && (answer != null || status.getCode() == Status.Code.UNKNOWN);
		// Order: a transport may report the end of the call before it returns.
		this.completed = !failed;
		if (answer != null) {
			Metadata added = answer.getTrailers();
			if (added != null) {
				trailers.merge(added);
			}
			super.close(answer.getStatus(), trailers);
		}
		else {
			super.close(status, trailers);
		}
		if (cause != null && failed) {
			this.scope.failed(cause);
		}
	}

	/**
	 * An exception that a handler closes its call with counts like one that it throws.
	 */
	private @Nullable StatusException answerInsteadOf(Status status, Throwable cause) {
		return this.answers.answerTo((status.getCode() == Status.Code.UNKNOWN) ? cause : status.asRuntimeException());
	}

	/** Who may use the call. */
	private enum Author {

		/** The handler. */
		HANDLER,

		/** The library, for the handler. */
		LIBRARY,

		/** Nobody else: it is answered, or left to gRPC. */
		NOBODY

	}

}
