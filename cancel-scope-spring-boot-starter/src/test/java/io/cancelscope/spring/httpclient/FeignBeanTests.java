package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import feign.Capability;
import feign.Client;
import feign.Feign;
import feign.RequestLine;
import feign.Target;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients of Feign that are made of beans are reached, and nothing else becomes of them.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class FeignBeanTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeHttpClientAutoConfiguration.class))
		.withPropertyValues("cancel-scope.httpclient.deadline-header=grpc-timeout")
		.withUserConfiguration(Clients.class);

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
	}

	@AfterEach
	void close() throws IOException {
		this.peer.close();
	}

	enum Way {

		CLIENT_BEAN((context) -> Feign.builder().client(context.getBean("plain", Client.class))),

		BUILDER_BEAN((context) -> context.getBean(Feign.Builder.class)),

		BUILDER_BEAN_WITH_A_CLIENT_OF_ITS_OWN(
				(context) -> context.getBean(Feign.Builder.class).client(new Client.Default(null, null))),

		/** As Spring Cloud does, which may be twice. */
		CAPABILITY_BEANS((context) -> {
			Feign.Builder builder = context.getBean(Feign.Builder.class);
			context.getBeansOfType(Capability.class).values().forEach(builder::addCapability);
			return builder;
		});

		private final Function<ApplicationContext, Feign.Builder> builder;

		Way(Function<ApplicationContext, Feign.Builder> builder) {
			this.builder = builder;
		}

	}

	@ParameterizedTest
	@EnumSource
	void callEndsWithItsScope(Way way) {
		this.runner.run((context) -> {
			Api api = way.builder.apply(context).target(Target.EmptyTarget.create(Api.class));
			AtomicReference<CancelScope> quote = new AtomicReference<>();

			FutureTask<String> call = Worker.PLATFORM
				.call(() -> context.getBean(CancelScopes.class).call(ScopeOptions.named("quote"), (scope) -> {
					quote.set(scope);
					return api.get(URI.create(this.peer.url(Peer.SILENT)));
				}));
			this.peer.awaitRequest();
			quote.get().cancel("nobody waits");

			assertThat(Worker.failure(call)).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'quote' was cancelled: nobody waits");
			this.peer.awaitAbandoned(Peer.SILENT);
		});
	}

	@ParameterizedTest
	@EnumSource
	void peerIsToldWhatIsLeft(Way way) {
		this.runner.run((context) -> {
			Api api = way.builder.apply(context).target(Target.EmptyTarget.create(Api.class));
			URI uri = URI.create(this.peer.url(Peer.LENGTH));

			api.get(uri);
			context.getBean(CancelScopes.class)
				.run(ScopeOptions.timeout(Duration.ofMinutes(1)), (scope) -> api.get(uri));

			assertThat(this.peer.awaitRequest()).doesNotContainIgnoringCase("grpc-timeout");
			assertThat(this.peer.awaitRequest()).containsIgnoringCase("grpc-timeout: ");
		});
	}

	@Test
	void beanThatIsDeclaredByItsClassStaysAsItIsAndIsNamed(CapturedOutput output) {
		this.runner.run((context) -> assertThat(context).getBean("byClass").isExactlyInstanceOf(Own.class));

		assertThat(output.getAll()
			.lines()
			.filter((line) -> line.contains("HTTP calls are not stopped when their scope is cancelled")))
			.singleElement()
			.asString()
			.contains("bean 'byClass' (" + Own.class.getName());
	}

	@Test
	void worksWithoutFeign() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
					CancelScopeHttpClientAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("feign"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(FeignBeanPostProcessor.class));
	}

	interface Api {

		@RequestLine("GET")
		String get(URI uri);

	}

	static class Own extends Client.Default {

		Own() {
			super(null, null);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Clients {

		@Bean
		Client plain() {
			return new Client.Default(null, null);
		}

		@Bean
		Own byClass() {
			return new Own();
		}

		@Bean
		@Scope("prototype")
		Feign.Builder builder() {
			return Feign.builder();
		}

	}

}
