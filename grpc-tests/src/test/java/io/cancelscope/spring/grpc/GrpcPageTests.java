package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.List;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.grpc.calls.Answer;
import io.cancelscope.grpc.calls.Ask;
import io.cancelscope.grpc.calls.CallsGrpc;
import io.cancelscope.spring.CancelScoped;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.stub.StreamObserver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.exception.GrpcExceptionHandler;
import org.springframework.stereotype.Service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * The code of {@code docs/reference/grpc.md}, which is cut from here.
 */
class GrpcPageTests {

	private static final ConfigurableApplicationContext context = start();

	private static final ManagedChannel channel = InProcessChannelBuilder.forName("page").build();

	private static ConfigurableApplicationContext start() {
		SpringApplication application = new SpringApplication(App.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application.run("--spring.grpc.server.inprocess.name=page", "--spring.grpc.server.port=0",
				"--spring.main.banner-mode=off", "--logging.level.root=warn",
				"--cancel-scope.timeouts[cancelscope.calls.Calls/Unary]=100ms");
	}

	@AfterAll
	static void close() {
		channel.shutdownNow();
		context.close();
	}

	@Test
	void serviceIsStoppedAtTheDeadline() {
		// On a busy machine the time may be up before the call arrives.
		await().atMost(SeenScopes.SOON).pollDelay(Duration.ZERO).until(() -> {
			StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class,
					() -> CallsGrpc.newBlockingStub(channel).unary(Handlers.ask("OSL")));
			assertThat(thrown).hasMessage("DEADLINE_EXCEEDED: The call exceeded its deadline");
			return !FareSearch.seen.isEmpty();
		});

		assertThat(FareSearch.seen)
			.containsExactly("scope 'fares' exceeded its deadline, set by 'cancelscope.calls.Calls/Unary'");
	}

	@Test
	void annotatedMethodOfTheServiceIsAScopeInside() {
		assertThat(CallsGrpc.newBlockingStub(channel).serverStream(Handlers.ask("OSL"))).toIterable()
			.extracting(Answer::getText)
			.containsExactly("CallsService.serverStream");
	}

	@Test
	void ownAnswer() {
		OpenScope scope = context.getBean(CancelScopes.class).open(ScopeOptions.named("own"));
		try (scope) {
			scope.cancel("enough");
			GrpcExceptionHandler handler = context.getBean("ownAnswer", GrpcExceptionHandler.class);

			StatusException answer = handler.handleException(scope.exception());

			assertThat(answer).hasMessage("ABORTED: Search was stopped");
			assertThat(handler.handleException(new IllegalStateException())).isNull();
		}
	}

	@Test
	void ownChannel() {
		// tag::channel[]
		ManagedChannel fares = ManagedChannelBuilder.forTarget("dns:///fares:9090")
			.intercept(new ScopedClientInterceptor())
			.build();
		// end::channel[]

		assertThat(fares.authority()).isEqualTo("fares:9090");
		fares.shutdownNow();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class App {

		@Bean
		CallsService callsService(FareSearch search) {
			return new CallsService(search);
		}

		@Bean
		FareSearch fareSearch() {
			return new FareSearch();
		}

		// tag::handler[]
		@Bean
		GrpcExceptionHandler ownAnswer() {
			return (exception) -> {
				ScopeCancelledException cancelled = ScopeCancelledException.findIn(exception);
				if (cancelled == null || cancelled.reason().kind() != CancelReason.Kind.REQUESTED) {
					return null; // for the other handlers
				}
				return Status.ABORTED.withDescription("Search was stopped").asException();
			};
		}
		// end::handler[]

	}

	// tag::service[]
	@Service
	static class CallsService extends CallsGrpc.CallsImplBase {

		private final FareSearch search;

		CallsService(FareSearch search) {
			this.search = search;
		}

		@Override
		public void unary(Ask ask, StreamObserver<Answer> answers) {
			answers.onNext(Answer.newBuilder().setText(this.search.cheapest(ask.getText())).build());
			answers.onCompleted();
		}

		// hide[]
		@Override
		@CancelScoped
		public void serverStream(Ask ask, StreamObserver<Answer> answers) {
			answers.onNext(Answer.newBuilder().setText(CancelScope.current().name()).build());
			answers.onCompleted();
		}
		// show[]

	}
	// end::service[]

	static class FareSearch {

		static volatile List<String> seen = List.of();

		@CancelScoped(name = "fares")
		public String cheapest(String to) {
			try {
				CancelScope.current().sleep(SeenScopes.SOON);
				return to;
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			catch (ScopeCancelledException ex) {
				seen = List.of(String.valueOf(ex.getMessage()));
				throw ex;
			}
		}

	}

}
