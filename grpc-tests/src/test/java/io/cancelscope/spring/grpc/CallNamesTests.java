package io.cancelscope.spring.grpc;

import java.util.List;
import java.util.stream.Stream;

import io.cancelscope.grpc.calls.CallsGrpc;
import io.cancelscope.spring.grpc.TestServer.Transport;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names of calls are those of the application's methods.
 */
@ExtendWith(OutputCaptureExtension.class)
class CallNamesTests {

	private static final List<String> NAMES = List.of("cancelscope.calls.Calls/BidiStream",
			"cancelscope.calls.Calls/ClientStream", "cancelscope.calls.Calls/ServerStream",
			"cancelscope.calls.Calls/Unary");

	@Test
	void namesOfTheApplicationAreKnown() {
		assertThat(TestServer.of(Transport.NETTY).context().getBean(ServedMethods.class).names()).containsAll(NAMES)
			.contains("grpc/**", "grpc.health.v1.Health/Check");
	}

	@Test
	void keysOfMethodsHaveAnEffect(CapturedOutput output) {
		try (TestServer server = TestServer.start(Transport.IN_PROCESS, "logging.level.io.cancelscope=info",
				"cancel-scope.timeouts[cancelscope.calls.Calls/Unary]=10s",
				"cancel-scope.timeouts[cancelscope.calls.Calls/*]=20s",
				"cancel-scope.timeouts[cancelscope.calls.Calls/Missing]=10s",
				"cancel-scope.requires[cancelscope.calls.Calls/Unary]=auto",
				"cancel-scope.requires[cancelscope.calls.Calls/Absent]=auto")) {
			server.blocking().unary(Handlers.ask("a"));
			assertThat(server.scopes().only().budget()).hasToString("PT10S");
			server.scopes().reset();
			server.blocking().serverStream(Handlers.ask("a")).forEachRemaining((answer) -> {
			});
			assertThat(server.scopes().only().budget()).hasToString("PT20S");
		}
		assertThat(output).contains("Calls/Missing] has no effect".replace("]", "]'"))
			.contains("The property 'cancel-scope.requires[cancelscope.calls.Calls/Absent]' has no effect")
			.contains("The nearest name is")
			.doesNotContain("Calls/Unary]' has no effect", "Calls/*]' has no effect")
			.containsPattern("cancel-scope: .*grpc");
	}

	/** Whatever a caller invents, a fallback registry may answer. */
	@Test
	void namesThatCallersInventAreOne() throws Exception {
		TestServer server = TestServer.of(Transport.NETTY);
		ScopedServerInterceptor interceptor = server.context().getBean(ScopedServerInterceptor.class);
		io.grpc.Server proxy = InProcessServerBuilder.forName("invented")
			.fallbackHandlerRegistry(new Anything(interceptor))
			.build()
			.start();
		var channel = io.grpc.inprocess.InProcessChannelBuilder.forName("invented").build();
		try {
			for (String name : List.of("evil/One", "evil/Two\u001b[2J", "cancelscope.calls.Calls/unary")) {
				ClientCalls.blockingUnaryCall(channel, named(name), io.grpc.CallOptions.DEFAULT, Handlers.ask("a"));
				assertThat(server.scopes().only().name()).isEqualTo("grpc/**");
				server.scopes().reset();
			}
		}
		finally {
			channel.shutdownNow();
			proxy.shutdownNow().awaitTermination();
		}
	}

	@Test
	void servicesThatAreNoBeansAreKnownFromTheirServer() throws Exception {
		ServedMethods methods = new ServedMethods(Stream::empty);
		assertThat(methods.nameOf(CallsGrpc.getUnaryMethod())).isEqualTo("grpc/**");
		io.grpc.Server server = InProcessServerBuilder.forName("no-beans").addService(new Handlers()).build().start();
		try {
			methods.startedWith(server);
		}
		finally {
			server.shutdownNow().awaitTermination();
		}

		assertThat(methods.nameOf(CallsGrpc.getUnaryMethod())).isEqualTo("cancelscope.calls.Calls/Unary");
		assertThat(methods.names()).containsAll(NAMES);
	}

	private static MethodDescriptor<io.cancelscope.grpc.calls.Ask, io.cancelscope.grpc.calls.Answer> named(
			String name) {
		return CallsGrpc.getUnaryMethod().toBuilder().setFullMethodName(name).build();
	}

	private static final class Anything extends HandlerRegistry {

		private final ScopedServerInterceptor interceptor;

		private Anything(ScopedServerInterceptor interceptor) {
			this.interceptor = interceptor;
		}

		@Override
		public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
			var method = named(name);
			var service = ServerServiceDefinition.builder(method.getServiceName())
				.addMethod(method, ServerCalls.asyncUnaryCall((ask, answers) -> {
					answers.onNext(Handlers.answer("a"));
					answers.onCompleted();
				}))
				.build();
			return ServerInterceptors.intercept(service, this.interceptor).getMethod(name);
		}

	}

}
