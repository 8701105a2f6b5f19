package io.cancelscope.spring.grpc;

import io.cancelscope.CancelScope;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A call of a client that ends with its scope.
 * <p>
 * The scope stops it through its context, which any thread may cancel. That does not end
 * a call which waits for the name of its server to be resolved, so the call is told, too:
 * not before it has started, and what the application's thread does with it meanwhile is
 * guarded here. A call is not made for two threads.
 */
final class ScopedClientCall<Q, R> extends ForwardingClientCall<Q, R> {

	private final CancelScope scope;

	private final OutgoingContext context;

	private final ClientCall<Q, R> call;

	/** The scope's, if it is the one that ends the call. */
	private final @Nullable Deadline deadline;

	private final CallStopped stop = new CallStopped();

	private volatile boolean started;

	private volatile boolean stopped;

	private volatile CancelScope.@Nullable Registration registration;

	ScopedClientCall(CancelScope scope, OutgoingContext context, ClientCall<Q, R> call, @Nullable Deadline deadline) {
		this.scope = scope;
		this.context = context;
		this.call = call;
		this.deadline = deadline;
	}

	@Override
	protected ClientCall<Q, R> delegate() {
		return this.call;
	}

	@Override
	public void start(Listener<R> listener, Metadata headers) {
		this.context.begin();
		this.registration = this.scope.onCancel((reason) -> stop());
		try {
			this.call.start(new ScopedListener(listener), headers);
		}
		catch (RuntimeException | Error ex) {
			end();
			throw ex;
		}
		this.started = true;
		// Race: the scope's thread stops the call before it sees that it has started.
		if (this.stopped) {
			tellCall();
		}
	}

	private void stop() {
		this.stopped = true;
		this.context.stop(this.stop);
		if (this.started) {
			tellCall();
		}
	}

	private void tellCall() {
		this.call.cancel(this.stop.getMessage(), this.stop);
	}

	@Override
	public void sendMessage(Q message) {
		if (this.stopped) {
			return;
		}
		try {
			this.call.sendMessage(message);
		}
		catch (IllegalStateException ex) {
			throwUnlessStopped(ex);
		}
	}

	@Override
	public void halfClose() {
		if (this.stopped) {
			return;
		}
		try {
			this.call.halfClose();
		}
		catch (IllegalStateException ex) {
			throwUnlessStopped(ex);
		}
	}

	/**
	 * Race: the scope's thread cancels the call while the application's sends something.
	 * The application learns of it as of all ends of a call.
	 */
	private void throwUnlessStopped(IllegalStateException exception) {
		if (!this.stopped) {
			throw exception;
		}
	}

	@Override
	public void cancel(@Nullable String message, @Nullable Throwable cause) {
		// Race: the scope's interrupt comes before its stop, and a blocking stub cancels
		// its call then. It is the same cancellation, and is called the same.
		if (cause instanceof InterruptedException && this.scope.isCancelled()) {
			stop();
		}
		this.call.cancel(message, cause);
		unregister();
	}

	private void unregister() {
		CancelScope.Registration registration = this.registration;
		if (registration != null) {
			registration.unregister();
		}
	}

	private void end() {
		unregister();
		this.context.end();
	}

	/** What the server has answered stays, however late it comes. */
	private Status translate(Status status) {
		if (status.isOk() || !isOfScope(status) || !this.scope.isCancelled()) {
			return status;
		}
		boolean insight = status.getCode() == Status.Code.DEADLINE_EXCEEDED && status.getCause() == null;
		return ClientStatus.of(this.scope, insight ? status.getDescription() : null);
	}

	private boolean isOfScope(Status status) {
		return status.getCause() == this.stop || isOfDeadline(status);
	}

	private boolean isOfDeadline(Status status) {
		Deadline deadline = this.deadline;
		return status.getCode() == Status.Code.DEADLINE_EXCEEDED && deadline != null && deadline.isExpired();
	}

	/**
	 * Calls the application back in the context that it made the call in, as gRPC does
	 * without scopes: the call's own is cancelled at its end, and would take calls along
	 * that are made in a callback.
	 */
	private final class ScopedListener extends ForwardingClientCallListener<R> {

		private final Listener<R> listener;

		ScopedListener(Listener<R> listener) {
			this.listener = listener;
		}

		@Override
		protected Listener<R> delegate() {
			return this.listener;
		}

		@Override
		public void onHeaders(Metadata headers) {
			caller().run(() -> this.listener.onHeaders(headers));
		}

		@Override
		public void onMessage(R message) {
			caller().run(() -> this.listener.onMessage(message));
		}

		@Override
		public void onReady() {
			caller().run(this.listener::onReady);
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			Status translated = translate(status);
			end();
			caller().run(() -> this.listener.onClose(translated, trailers));
		}

		private Context caller() {
			return ScopedClientCall.this.context.caller();
		}

	}

}
