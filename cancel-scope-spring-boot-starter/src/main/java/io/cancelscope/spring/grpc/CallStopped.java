package io.cancelscope.spring.grpc;

import java.io.Serial;

/**
 * Why a call of a client was cancelled: tells the stop of its scope from all others. It
 * is not the scope's exception, since gRPC takes the status of a call from the causes of
 * that, and a scope may have failed because of the status of another call.
 */
final class CallStopped extends Exception {

	@Serial
	private static final long serialVersionUID = 1L;

	CallStopped() {
		super(ClientStatus.CANCELLED, null, false, false);
	}

}
