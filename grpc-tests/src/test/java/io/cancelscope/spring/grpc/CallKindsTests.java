package io.cancelscope.spring.grpc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.spring.ScopeOutcome;
import io.cancelscope.spring.grpc.TestServer.Transport;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.GlobalServerInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls of each kind have a scope, in all that is called for them.
 */
class CallKindsTests {

	private static final String PREFIX = "cancelscope.calls.Calls/";

	private static final TestServer watched = TestServer.start(Transport.NETTY, new Class<?>[] { Watch.class });

	@AfterAll
	static void close() {
		watched.close();
	}

	@ParameterizedTest
	@EnumSource
	void unary(Transport transport) {
		TestServer server = TestServer.of(transport);
		server.handlers().unary = (ask, answers) -> {
			answers.onNext(Handlers.answer(CancelScope.current().name()));
			answers.onCompleted();
		};

		assertThat(server.blocking().unary(Handlers.ask("a")).getText()).isEqualTo(PREFIX + "Unary");
		assertCompleted(server, "Unary");
	}

	@ParameterizedTest
	@EnumSource
	void serverStream(Transport transport) {
		TestServer server = TestServer.of(transport);

		assertThat(server.blocking().serverStream(Handlers.ask("a"))).toIterable()
			.extracting(Answer::getText)
			.containsExactly("a", "a", "a");
		assertCompleted(server, "ServerStream");
	}

	@ParameterizedTest
	@EnumSource
	void clientStream(Transport transport) {
		TestServer server = TestServer.of(transport);
		Outcome outcome = new Outcome();

		StreamObserver<Ask> asks = server.async().clientStream(outcome);
		asks.onNext(Handlers.ask("a"));
		asks.onNext(Handlers.ask("b"));
		asks.onCompleted();

		assertThat(outcome.code()).isEqualTo(Status.Code.OK);
		assertThat(outcome.texts()).containsExactly("ab");
		assertCompleted(server, "ClientStream");
	}

	@ParameterizedTest
	@EnumSource
	void bidiStream(Transport transport) {
		TestServer server = TestServer.of(transport);
		Outcome outcome = new Outcome();

		StreamObserver<Ask> asks = server.async().bidiStream(outcome);
		asks.onNext(Handlers.ask("a"));
		outcome.awaitFirst();
		asks.onNext(Handlers.ask("b"));
		asks.onCompleted();

		assertThat(outcome.code()).isEqualTo(Status.Code.OK);
		assertThat(outcome.texts()).containsExactly("a", "b");
		assertCompleted(server, "BidiStream");
	}

	private static void assertCompleted(TestServer server, String method) {
		SeenScopes.Seen scope = server.scopes().only();
		assertThat(scope.name()).isEqualTo(PREFIX + method);
		assertThat(scope.outcome()).isEqualTo(ScopeOutcome.COMPLETED);
		assertThat(server.context().getBean(OpenCalls.class).size()).isZero();
	}

	@Test
	void scopeIsCurrentInEachCallback() {
		watched.handlers().reset();
		watched.scopes().reset();
		Watch.seen.clear();
		Outcome outcome = new Outcome();

		StreamObserver<Ask> asks = watched.async().bidiStream(outcome);
		asks.onNext(Handlers.ask("a"));
		asks.onCompleted();

		assertThat(outcome.code()).isEqualTo(Status.Code.OK);
		watched.scopes().only();
		assertThat(Watch.seen).containsOnlyKeys("startCall", "onReady", "onMessage", "onHalfClose", "onComplete")
			.allSatisfy((callback, name) -> assertThat(name).isEqualTo(PREFIX + "BidiStream"));
	}

	@Test
	void scopeIsCurrentWhenTheCallIsCancelled() {
		watched.handlers().reset();
		watched.scopes().reset();
		Watch.seen.clear();
		Outcome outcome = new Outcome();
		StreamObserver<Ask> asks = watched.async().bidiStream(outcome);
		asks.onNext(Handlers.ask("a"));
		outcome.awaitFirst();

		outcome.cancel();

		assertThat(watched.scopes().only().outcome()).isEqualTo(ScopeOutcome.DISCONNECTED);
		assertThat(Watch.seen).containsEntry("onCancel", PREFIX + "BidiStream");
	}

	@ParameterizedTest
	@EnumSource
	void handlerThatAnswersLaterOnAnotherThreadIsWaitedFor(Transport transport) {
		TestServer server = TestServer.of(transport);
		CountDownLatch returned = new CountDownLatch(1);
		server.handlers().unary = (ask, answers) -> {
			CancelScope scope = CancelScope.current();
			assertThat(((ServerCallStreamObserver<?>) answers).isCancelled()).isFalse();
			new Thread(() -> {
				try {
					returned.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				answers.onNext(Handlers.answer(String.valueOf(scope.details().closed())));
				answers.onCompleted();
			}).start();
		};
		Outcome outcome = new Outcome();
		server.async().unary(Handlers.ask("a"), outcome);
		returned.countDown();

		assertThat(outcome.code()).isEqualTo(Status.Code.OK);
		assertThat(outcome.texts()).containsExactly("false");
		assertCompleted(server, "Unary");
	}

	/** Sees in which scope each callback of a handler runs. */
	@Configuration(proxyBeanMethods = false)
	static class Watch {

		static final Map<String, String> seen = new ConcurrentHashMap<>();

		@Bean
		@GlobalServerInterceptor
		ServerInterceptor watch() {
			return new ServerInterceptor() {

				@Override
				public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
						ServerCallHandler<Q, A> next) {
					see("startCall");
					return new Seeing<>(next.startCall(call, headers), Watch::see);
				}

			};
		}

		private static void see(String callback) {
			CancelScope inContext = CallScope.KEY.get(Context.current());
			seen.put(callback,
					(inContext == CancelScope.current()) ? CancelScope.current().name() : "not that of the context");
		}

	}

	private static final class Seeing<Q> extends ServerCall.Listener<Q> {

		private final ServerCall.Listener<Q> next;

		private final Consumer<String> seen;

		private Seeing(ServerCall.Listener<Q> next, Consumer<String> seen) {
			this.next = next;
			this.seen = seen;
		}

		@Override
		public void onMessage(Q message) {
			this.seen.accept("onMessage");
			this.next.onMessage(message);
		}

		@Override
		public void onHalfClose() {
			this.seen.accept("onHalfClose");
			this.next.onHalfClose();
		}

		@Override
		public void onCancel() {
			this.seen.accept("onCancel");
			this.next.onCancel();
		}

		@Override
		public void onComplete() {
			this.seen.accept("onComplete");
			this.next.onComplete();
		}

		@Override
		public void onReady() {
			this.seen.accept("onReady");
			this.next.onReady();
		}

	}

}
