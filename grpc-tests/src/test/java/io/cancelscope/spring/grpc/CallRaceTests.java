package io.cancelscope.spring.grpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.cancelscope.spring.grpc.TestServer.Transport;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.server.GlobalServerInterceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A call is completed by its handler, on another thread, at the moment at which its scope
 * is cancelled, or at which its caller leaves. Each call is closed once, with what the
 * caller gets; no scope stays open; and a call that nobody cancels is answered.
 * <p>
 * The number of calls of each kind: {@code -Dgrpc.races=5000}.
 */
class CallRaceTests {

	private static final int RACES = Integer.getInteger("grpc.races", 150);

	private static final Metadata.Key<String> ID = Metadata.Key.of("id", Metadata.ASCII_STRING_MARSHALLER);

	private static final TestServer server = TestServer.start(Transport.NETTY, new Class<?>[] { Closings.class });

	private final ExecutorService threads = Executors.newFixedThreadPool(4);

	@AfterAll
	static void close() {
		server.close();
	}

	@BeforeEach
	void reset() {
		server.handlers().reset();
		server.scopes().reset();
		Closings.statuses.clear();
	}

	@AfterEach
	void shutDown() throws InterruptedException {
		this.threads.shutdown();
		assertThat(this.threads.awaitTermination(SeenScopes.SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void completionAgainstCancelOfTheScope(Kind kind) throws Exception {
		race(kind, false);
	}

	@ParameterizedTest
	@EnumSource
	void completionAgainstTheCallerThatLeaves(Kind kind) throws Exception {
		race(kind, true);
	}

	private void race(Kind kind, boolean leaves) throws Exception {
		kind.handle(server.handlers(), (answers) -> compete(answers, leaves));
		int together = 10;
		for (int done = 0; done < RACES; done += together) {
			List<Race> races = new ArrayList<>();
			for (int i = 0; i < together; i++) {
				races.add(start(kind, done + "-" + i));
			}
			Outcome bystander = kind.bystander(server);
			for (Race race : races) {
				if (leaves) {
					spin();
					race.outcome.cancel();
				}
			}
			for (Race race : races) {
				Status status = race.outcome.status();
				if (!leaves) {
					assertIsWhatTheServerSaid(race, status);
				}
			}
			assertThat(bystander.code()).isEqualTo(Status.Code.OK);
			assertThat(bystander.texts()).isNotEmpty();
		}
		await().atMost(SeenScopes.SOON).untilAsserted(() -> {
			assertThat(server.scopes().open()).isEmpty();
			assertThat(server.context().getBean(OpenCalls.class).size()).isZero();
		});
		assertThat(Closings.statuses).allSatisfy((id, closed) -> assertThat(closed).as(id).hasSizeLessThan(2));
	}

	private static void assertIsWhatTheServerSaid(Race race, Status status) {
		assertThat(Closings.statuses.get(race.id)).singleElement()
			.satisfies((closed) -> assertThat(status.getCode()).isEqualTo(closed.getCode()));
		if (status.isOk()) {
			assertThat(race.outcome.texts()).containsExactly("answer");
		}
		else {
			assertThat(status.getCode()).isEqualTo(Status.Code.CANCELLED);
			assertThat(status.getDescription()).isEqualTo("The call was cancelled");
		}
	}

	private static Race start(Kind kind, String id) {
		Race race = new Race(id, new Outcome());
		Metadata headers = new Metadata();
		headers.put(ID, id);
		kind.call(server.async().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)), race.outcome,
				"race");
		return race;
	}

	/**
	 * The handler answers on a thread of its own, and the scope is cancelled meanwhile.
	 */
	private void compete(StreamObserver<Answer> answers, boolean leaves) {
		CancelScope scope = CancelScope.current();
		this.threads.execute(() -> {
			spin();
			try {
				answers.onNext(Handlers.answer("answer"));
				answers.onCompleted();
			}
			catch (ScopeCancelledException ex) {
				// A message of a stream that came too late.
				assertThat(scope.isCancelled()).isTrue();
			}
		});
		if (!leaves) {
			this.threads.execute(() -> {
				spin();
				scope.cancel("race");
			});
		}
	}

	private static void spin() {
		long end = System.nanoTime() + ThreadLocalRandom.current().nextInt(200_000);
		while (System.nanoTime() < end) {
			Thread.onSpinWait();
		}
	}

	private record Race(String id, Outcome outcome) {

	}

	enum Kind {

		UNARY, SERVER_STREAM, CLIENT_STREAM, BIDI_STREAM;

		/** Lets a handler compete for calls, but answer those of bystanders. */
		void handle(Handlers handlers, Consumer<StreamObserver<Answer>> competing) {
			handlers.unary = (ask, answers) -> answer(ask, patient(answers), competing);
			handlers.serverStream = (ask, answers) -> answer(ask, patient(answers), competing);
			handlers.clientStream = (answers) -> asks(answers, competing);
			handlers.bidiStream = (answers) -> asks(answers, competing);
		}

		private static StreamObserver<Ask> asks(StreamObserver<Answer> answers,
				Consumer<StreamObserver<Answer>> competing) {
			return new Handlers.Asks(patient(answers), (ask) -> answer(ask, answers, competing)) {

				@Override
				public void onCompleted() {
				}

			};
		}

		/** Answers to a call whose caller has left are dropped, and don't throw. */
		private static StreamObserver<Answer> patient(StreamObserver<Answer> answers) {
			((ServerCallStreamObserver<Answer>) answers).setOnCancelHandler(() -> {
			});
			return answers;
		}

		private static void answer(Ask ask, StreamObserver<Answer> answers,
				Consumer<StreamObserver<Answer>> competing) {
			if (ask.getText().equals("race")) {
				competing.accept(answers);
				return;
			}
			answers.onNext(Handlers.answer("bystander"));
			answers.onCompleted();
		}

		Outcome bystander(TestServer server) {
			Outcome outcome = new Outcome();
			call(server.async(), outcome, "bystander");
			return outcome;
		}

		void call(CallsGrpc.CallsStub stub, Outcome outcome, String text) {
			Ask ask = Handlers.ask(text);
			switch (this) {
				case UNARY -> stub.unary(ask, outcome);
				case SERVER_STREAM -> stub.serverStream(ask, outcome);
				case CLIENT_STREAM -> stub.clientStream(outcome).onNext(ask);
				case BIDI_STREAM -> stub.bidiStream(outcome).onNext(ask);
			}
		}

	}

	/** Sees with what calls are really closed. */
	@Configuration(proxyBeanMethods = false)
	static class Closings {

		static final Map<String, List<Status>> statuses = new ConcurrentHashMap<>();

		@Bean
		@GlobalServerInterceptor
		@Order(Ordered.HIGHEST_PRECEDENCE + 5)
		ServerInterceptor closings() {
			return new ServerInterceptor() {

				@Override
				public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
						ServerCallHandler<Q, A> next) {
					String id = headers.get(ID);
					return next.startCall((id != null) ? new Closing<>(call, id) : call, headers);
				}

			};
		}

	}

	private static final class Closing<Q, A> extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {

		private final String id;

		private Closing(ServerCall<Q, A> call, String id) {
			super(call);
			this.id = id;
		}

		@Override
		public void close(Status status, Metadata trailers) {
			Closings.statuses.computeIfAbsent(this.id, (missing) -> new CopyOnWriteArrayList<>()).add(status);
			super.close(status, trailers);
		}

	}

}
