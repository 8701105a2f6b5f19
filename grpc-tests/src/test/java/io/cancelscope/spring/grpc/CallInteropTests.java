package io.cancelscope.spring.grpc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.ScopeOutcome;
import io.cancelscope.spring.grpc.TestServer.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Calls of a client that is grpc-java alone, in a process of its own.
 */
@Timeout(120)
@SuppressWarnings("try")
class CallInteropTests {

	@Test
	void clientThatDiesStopsTheHandler() throws Exception {
		TestServer server = TestServer.of(Transport.NETTY);
		CountDownLatch begun = new CountDownLatch(1);
		CompletableFuture<Throwable> stopped = new CompletableFuture<>();
		server.handlers().unary = (ask, answers) -> {
			begun.countDown();
			stopped.complete(catchThrowable(() -> CancelScope.current().sleep(SeenScopes.SOON)));
		};

		try (StockPeer client = StockPeer.client(server.port(), "hang")) {
			assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
		}

		assertThat(stopped).succeedsWithin(SeenScopes.SOON).isInstanceOf(ScopeCancelledException.class);
		assertThat(server.scopes().only().outcome()).isEqualTo(ScopeOutcome.DISCONNECTED);
	}

	@Test
	void clientReadsTheStatusOfAStoppedCall() throws Exception {
		TestServer server = TestServer.of(Transport.NETTY);
		server.handlers().unary = (ask,
				answers) -> server.context().getBean(CancelScopes.class).run(ScopeOptions.named("search"), (scope) -> {
					scope.cancel("enough");
					scope.check();
				});

		try (StockPeer client = StockPeer.client(server.port(), "stop")) {
			assertThat(client.line()).isEqualTo("status CANCELLED The call was cancelled");
		}
	}

	@Test
	void clientReadsTheAnswer() throws Exception {
		TestServer server = TestServer.of(Transport.NETTY);
		server.handlers().unary = (ask, answers) -> {
			answers.onNext(Handlers.answer(ask.getText()));
			answers.onCompleted();
		};

		try (StockPeer client = StockPeer.client(server.port(), "echo")) {
			assertThat(client.line()).isEqualTo("answer echo");
		}
		assertThat(server.scopes().only().outcome()).isEqualTo(ScopeOutcome.COMPLETED);
	}

}
