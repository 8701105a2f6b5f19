package io.cancelscope.spring.grpc;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A call in a scope that is cancelled already. Nothing of it goes out, not even a look-up
 * of the server's name. It fails when it starts, as calls of a channel that is shut down
 * do.
 */
final class CancelledClientCall<Q, R> extends ClientCall<Q, R> {

	private final Status status;

	CancelledClientCall(Status status) {
		this.status = status;
	}

	@Override
	public void start(Listener<R> listener, Metadata headers) {
		listener.onClose(this.status, new Metadata());
	}

	@Override
	public void request(int messages) {
		// There are none.
	}

	@Override
	public void cancel(@Nullable String message, @Nullable Throwable cause) {
		// It is.
	}

	@Override
	public void halfClose() {
		// Nobody listens.
	}

	@Override
	public void sendMessage(Q message) {
		// Nobody listens.
	}

}
