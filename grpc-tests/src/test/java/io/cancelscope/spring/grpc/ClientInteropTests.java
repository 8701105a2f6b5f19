package io.cancelscope.spring.grpc;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.netty.NettyChannelBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Calls to a server that is grpc-java alone, in a process of its own.
 */
@Timeout(120)
class ClientInteropTests {

	private static final CancelScopes SCOPES = CancelScopes.create();

	private static StockPeer peer;

	private static ManagedChannel channel;

	@BeforeAll
	static void open() throws Exception {
		peer = StockPeer.server();
		int port = Integer.parseInt(peer.line().substring("port ".length()));
		channel = NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
			.usePlaintext()
			.intercept(new ScopedClientInterceptor())
			.build();
		assertThat(CallStub.UNARY_BLOCKING.call(channel, "echo")).containsExactly("echo1");
		assertThat(peer.line()).isEqualTo("asked echo -");
	}

	@AfterAll
	static void close() throws Exception {
		channel.shutdownNow();
		assertThat(channel.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		peer.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "UNARY_BLOCKING", "UNARY_FUTURE", "SERVER_STREAM_BLOCKING" })
	void serverLearnsOfTheCancellation(CallStub stub) throws Exception {
		OpenScope scope = SCOPES.openUnbound(ScopeOptions.named("quote"));
		try (scope) {
			FutureTask<List<String>> call = CallThread.PLATFORM.run(scope.wrap(() -> stub.call(channel, "hang")));
			assertThat(peer.line()).isEqualTo("asked hang -");

			scope.cancel("nobody wants it");

			assertThat(peer.line()).isEqualTo("cancelled hang");
			assertThat(CallThread.failure(call)).hasCauseInstanceOf(ScopeCancelledException.class);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "UNARY_BLOCKING", "SERVER_STREAM_BLOCKING" })
	void serverLearnsOfTheDeadline(CallStub stub) throws Exception {
		Throwable failure = catchThrowable(
				() -> SCOPES.run(ScopeOptions.timeout(Duration.ofSeconds(2)), (scope) -> stub.call(channel, "hang")));

		assertThat(CallStub.status(failure).getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
		assertThat(failure).hasCauseInstanceOf(DeadlineExceededException.class);
		String asked = peer.line();
		assertThat(asked).matches("asked hang [0-9]+");
		assertThat(Integer.parseInt(asked.substring("asked hang ".length()))).isBetween(0, 2000);
		assertThat(peer.line()).isEqualTo("cancelled hang");
	}

	@ParameterizedTest
	@EnumSource(names = { "UNARY_BLOCKING", "UNARY_FUTURE" })
	void answersCome(CallStub stub) throws Exception {
		SCOPES.run(ScopeOptions.timeout(Duration.ofSeconds(60)),
				(scope) -> assertThat(stub.call(channel, "echo")).containsExactly("echo1"));

		assertThat(peer.line()).matches("asked echo [0-9]{2,5}");
	}

}
