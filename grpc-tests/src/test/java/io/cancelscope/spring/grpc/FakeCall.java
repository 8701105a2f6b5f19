package io.cancelscope.spring.grpc;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * A call without a transport.
 */
class FakeCall extends ServerCall<Ask, Answer> {

	private final MethodDescriptor<Ask, Answer> method;

	private final List<Status> closed = new CopyOnWriteArrayList<>();

	FakeCall(MethodDescriptor<Ask, Answer> method) {
		this.method = method;
	}

	List<Status> closed() {
		return this.closed;
	}

	@Override
	public void request(int messages) {
	}

	@Override
	public void sendHeaders(Metadata headers) {
	}

	@Override
	public void sendMessage(Answer message) {
	}

	@Override
	public void close(Status status, Metadata trailers) {
		this.closed.add(status);
	}

	@Override
	public boolean isCancelled() {
		return false;
	}

	@Override
	public MethodDescriptor<Ask, Answer> getMethodDescriptor() {
		return this.method;
	}

}
