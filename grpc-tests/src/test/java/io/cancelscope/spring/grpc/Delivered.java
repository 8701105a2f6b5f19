package io.cancelscope.spring.grpc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.grpc.calls.Answer;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * What gRPC has delivered for one call, as seen beneath the interceptor of the starter.
 */
final class Delivered implements ClientInterceptor {

	static final CallOptions.Key<Delivered> KEY = CallOptions.Key.create("delivered");

	private final List<String> texts = new ArrayList<>();

	private final CompletableFuture<Status> end = new CompletableFuture<>();

	/** The interceptor that fills in those of all calls. */
	static ClientInterceptor interceptor() {
		return new Delivered();
	}

	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		ClientCall<Q, R> call = next.newCall(method, options);
		Delivered delivered = options.getOption(KEY);
		return (delivered != null) ? delivered.watch(call) : call;
	}

	private <Q, R> ClientCall<Q, R> watch(ClientCall<Q, R> call) {
		return new SimpleForwardingClientCall<>(call) {

			@Override
			public void start(Listener<R> listener, Metadata headers) {
				super.start(new SimpleForwardingClientCallListener<>(listener) {

					@Override
					public void onMessage(R message) {
						Delivered.this.texts.add(((Answer) message).getText());
						super.onMessage(message);
					}

					@Override
					public void onClose(Status status, Metadata trailers) {
						Delivered.this.end.complete(status);
						super.onClose(status, trailers);
					}

				}, headers);
			}

		};
	}

	/** The messages of a call that has ended. */
	List<String> texts() {
		return this.texts;
	}

	/** How it ended; {@code null} if nothing of it went out. */
	Status end() {
		return this.end.getNow(null);
	}

}
