package io.cancelscope.spring.grpc;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that knows nothing of scopes. What a call asks for decides what it does:
 * {@code echo} answers three times, or once where only one answer is possible,
 * {@code hang} answers nothing until told to, {@code drip} answers once and hangs then
 * (not a unary call), the name of a status fails with it.
 */
final class CallPeer implements AutoCloseable {

	static final String ECHO = "echo";

	static final String HANG = "hang";

	static final String DRIP = "drip";

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final Metadata.Key<String> TIMEOUT = Metadata.Key.of("grpc-timeout",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final Context.Key<Metadata> HEADERS = Context.key("headers");

	private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

	private final List<ManagedChannel> channels = new ArrayList<>();

	private final Transport transport;

	private final Server server;

	CallPeer(Transport transport) throws IOException {
		this.transport = transport;
		this.server = transport.server().addService(new Calls()).intercept(new HeadersInterceptor()).build().start();
	}

	/** A channel with the interceptor of the starter. */
	ManagedChannel channel() throws IOException {
		return channel(builder().intercept(new ScopedClientInterceptor()));
	}

	ManagedChannel channel(ManagedChannelBuilder<?> builder) {
		ManagedChannel channel = builder.build();
		this.channels.add(channel);
		return channel;
	}

	/** Starts a channel without an interceptor. */
	ManagedChannelBuilder<?> builder() throws IOException {
		return this.transport.channel(this.server);
	}

	int port() {
		return this.server.getPort();
	}

	/** The next call that has come and asked for something. */
	Arrival arrival() throws InterruptedException {
		Arrival arrival = this.arrivals.poll(30, TimeUnit.SECONDS);
		assertThat(arrival).as("a call that arrives").isNotNull();
		return arrival;
	}

	boolean hasArrivals() {
		return !this.arrivals.isEmpty();
	}

	@Override
	public void close() {
		this.channels.forEach(ManagedChannel::shutdownNow);
		this.server.shutdownNow();
		try {
			assertThat(this.server.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
			for (ManagedChannel channel : this.channels) {
				assertThat(channel.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A call as its server sees it.
	 *
	 * @param asked what it asks for
	 * @param timeout the value of {@code grpc-timeout}, or {@code null}
	 * @param answers where the answers go
	 * @param cancelled completes when the call is cancelled
	 */
	record Arrival(String asked, String timeout, StreamObserver<Answer> answers, CompletableFuture<Void> cancelled) {

		/** The remaining time that the client has sent, in milliseconds. */
		long timeoutMillis() {
			assertThat(this.timeout).matches("[0-9]{1,8}[HMSmun]");
			long value = Long.parseLong(this.timeout.substring(0, this.timeout.length() - 1));
			return switch (this.timeout.charAt(this.timeout.length() - 1)) {
				case 'H' -> TimeUnit.HOURS.toMillis(value);
				case 'M' -> TimeUnit.MINUTES.toMillis(value);
				case 'S' -> TimeUnit.SECONDS.toMillis(value);
				case 'm' -> value;
				case 'u' -> TimeUnit.MICROSECONDS.toMillis(value);
				default -> TimeUnit.NANOSECONDS.toMillis(value);
			};
		}

		void awaitCancelled() {
			assertThat(this.cancelled).succeedsWithin(SOON);
		}

		/** Answers a call that hangs. */
		void release(String text) {
			this.answers.onNext(Answer.newBuilder().setText(text).build());
			this.answers.onCompleted();
		}

	}

	private final class Calls extends CallsGrpc.CallsImplBase {

		@Override
		public void unary(Ask ask, StreamObserver<Answer> answers) {
			answer(arrived(ask, answers), 1);
		}

		@Override
		public void serverStream(Ask ask, StreamObserver<Answer> answers) {
			answer(arrived(ask, answers), 3);
		}

		@Override
		public StreamObserver<Ask> clientStream(StreamObserver<Answer> answers) {
			return new Asked(answers, 1);
		}

		@Override
		public StreamObserver<Ask> bidiStream(StreamObserver<Answer> answers) {
			return new Asked(answers, 3);
		}

		private Arrival arrived(Ask ask, StreamObserver<Answer> answers) {
			Arrival arrival = arrival(ask, answers);
			((ServerCallStreamObserver<Answer>) answers).setOnCancelHandler(() -> arrival.cancelled().complete(null));
			return arrival;
		}

	}

	private static Arrival arrival(Ask ask, StreamObserver<Answer> answers) {
		return new Arrival(ask.getText(), HEADERS.get().get(TIMEOUT), answers, new CompletableFuture<>());
	}

	private void answer(Arrival arrival, int most) {
		this.arrivals.add(arrival);
		switch (arrival.asked()) {
			case ECHO -> {
				for (int i = 1; i < most; i++) {
					next(arrival, i);
				}
				arrival.release(ECHO + most);
			}
			case DRIP -> next(arrival, 1);
			case HANG -> {
				// The test answers.
			}
			default -> arrival.answers()
				.onError(
						Status.Code.valueOf(arrival.asked()).toStatus().withDescription("by the server").asException());
		}
	}

	private static void next(Arrival arrival, int number) {
		arrival.answers().onNext(Answer.newBuilder().setText(arrival.asked() + number).setNumber(number).build());
	}

	/**
	 * Takes what the client streams, and answers the first message.
	 */
	private final class Asked implements StreamObserver<Ask> {

		private final StreamObserver<Answer> answers;

		private final int most;

		private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

		private boolean asked;

		Asked(StreamObserver<Answer> answers, int most) {
			this.answers = answers;
			this.most = most;
			((ServerCallStreamObserver<Answer>) answers).setOnCancelHandler(() -> this.cancelled.complete(null));
		}

		@Override
		public void onNext(Ask ask) {
			if (!this.asked) {
				this.asked = true;
				answer(new Arrival(ask.getText(), HEADERS.get().get(TIMEOUT), this.answers, this.cancelled), this.most);
			}
		}

		@Override
		public void onError(Throwable failure) {
			// The handler of the cancellation sees it, too.
		}

		@Override
		public void onCompleted() {
			// It has been answered.
		}

	}

	private static final class HeadersInterceptor implements ServerInterceptor {

		@Override
		public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
				ServerCallHandler<Q, R> next) {
			return Contexts.interceptCall(Context.current().withValue(HEADERS, headers), call, headers, next);
		}

	}

}
