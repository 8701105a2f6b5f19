package io.cancelscope.spring.grpc;

import java.util.Objects;

import io.cancelscope.ScopeCancelledException;
import io.grpc.Context;
import io.grpc.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * The context of an outgoing call: cancelling it stops the call.
 * <p>
 * It follows the context of the caller, except for what comes from the call that a server
 * handles around it. That ends the scope of that call, and the scope ends what is inside.
 * gRPC's own way would be the first to arrive, when no scope knows of a cancellation yet,
 * and a shield would not hold.
 */
final class OutgoingContext implements Context.CancellationListener {

	private final Context caller;

	/** The context of the call around it, of which nothing is taken over, if any. */
	private final @Nullable Context around;

	private final Context.CancellableContext own;

	OutgoingContext(Context caller) {
		this.caller = caller;
		this.around = (CallScope.KEY.get(caller) != null) ? CallScope.around(caller) : null;
		this.own = ((this.around != null) ? caller.fork() : caller).withCancellation();
	}

	/** The context that the application made the call in. */
	Context caller() {
		return this.caller;
	}

	/** The deadline that the application has given the caller's context, if any. */
	@Nullable Deadline deadline() {
		Deadline deadline = this.caller.getDeadline();
		return (this.around == null || !Objects.equals(deadline, this.around.getDeadline())) ? deadline : null;
	}

	/** Makes it current; what that returns is for {@link #detach}. */
	Context attach() {
		return this.own.attach();
	}

	void detach(Context previous) {
		this.own.detach(previous);
	}

	/** The call is about to start. */
	void begin() {
		if (this.around != null) {
			this.caller.addListener(this, Runnable::run);
		}
	}

	/** The caller's context has been cancelled. */
	@Override
	public void cancelled(Context context) {
		Throwable cause = context.cancellationCause();
		if (!isOfCallAround(cause)) {
			this.own.cancel(cause);
		}
	}

	private boolean isOfCallAround(@Nullable Throwable cause) {
		Context around = this.around;
		return around == null || ScopeCancelledException.findIn(cause) != null
				|| (around.isCancelled() && around.cancellationCause() == cause);
	}

	void stop(CallStopped stop) {
		this.own.cancel(stop);
	}

	/** The call is over: nothing holds it any more. */
	void end() {
		if (this.around != null) {
			this.caller.removeListener(this);
		}
		this.own.cancel(null);
	}

}
