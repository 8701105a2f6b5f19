package io.cancelscope.spring.grpc;

import io.grpc.ServerCall;

/**
 * Runs the callbacks of a handler in the scope of its call.
 *
 * @param <Q> the type of the requests
 */
final class ServedListener<Q> extends ServerCall.Listener<Q> {

	private final ServedCall<Q, ?> call;

	private final ServerCall.Listener<Q> handler;

	ServedListener(ServedCall<Q, ?> call, ServerCall.Listener<Q> handler) {
		this.call = call;
		this.handler = handler;
	}

	@Override
	public void onMessage(Q message) {
		this.call.run(() -> this.handler.onMessage(message));
	}

	@Override
	public void onHalfClose() {
		this.call.run(this.handler::onHalfClose);
	}

	@Override
	public void onReady() {
		this.call.run(this.handler::onReady);
	}

	@Override
	public void onCancel() {
		this.call.runLast(this.handler::onCancel, true);
	}

	/** A handler whose call was answered for it hears of that by its cancel handler. */
	@Override
	public void onComplete() {
		this.call.runLast(this.call.isTaken() ? this.handler::onCancel : this.handler::onComplete, false);
	}

}
