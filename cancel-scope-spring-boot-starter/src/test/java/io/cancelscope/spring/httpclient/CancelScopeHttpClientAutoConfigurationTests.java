package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.function.Function;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.JdkClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.service.ReactiveHttpServiceClientAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.AbstractClientHttpRequestFactoryWrapper;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.JettyClientHttpRequestFactory;
import org.springframework.http.client.ReactorClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.HttpServiceGroup;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What Spring Boot builds ends with its scope, whatever of it is there.
 */
class CancelScopeHttpClientAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeHttpClientAutoConfiguration.class, HttpClientAutoConfiguration.class,
				ImperativeHttpClientAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class,
				RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
				HttpServiceClientPropertiesAutoConfiguration.class, HttpServiceClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, ReactiveHttpServiceClientAutoConfiguration.class));

	private final ManualTime time = new ManualTime();

	private Peer peer;

	@BeforeEach
	void open() throws IOException {
		this.peer = new Peer();
	}

	@AfterEach
	void close() throws IOException {
		this.peer.close();
	}

	enum Door {

		REST_CLIENT((context) -> (
				url) -> context.getBean(RestClient.Builder.class).build().get().uri(url).retrieve().body(String.class)),

		REST_TEMPLATE((context) -> (
				url) -> context.getBean(RestTemplateBuilder.class).build().getForObject(url, String.class)),

		HTTP_INTERFACE((context) -> (url) -> context.getBean(Supplier.class).silent()),

		WEB_CLIENT((context) -> (url) -> context.getBean(WebClient.Builder.class)
			.build()
			.get()
			.uri(url)
			.retrieve()
			.bodyToMono(String.class)
			.block()),

		REACTIVE_HTTP_INTERFACE((context) -> (url) -> context.getBean(ReactiveSupplier.class).silent());

		private final Function<ApplicationContext, Function<String, String>> client;

		Door(Function<ApplicationContext, Function<String, String>> client) {
			this.client = client;
		}

	}

	@ParameterizedTest
	@EnumSource
	void callEndsAtTheDeadlineThroughEveryDoor(Door door) {
		withPeer().run((context) -> {
			Function<String, String> client = door.client.apply(context);

			FutureTask<?> call = Worker.PLATFORM.call(() -> context.getBean(CancelScopes.class)
				.call(ScopeOptions.named("quote").withTimeout(Duration.ofMillis(200)),
						(scope) -> client.apply(this.peer.url(Peer.SILENT))));
			this.peer.awaitRequest();
			this.time.advance(Duration.ofMillis(200));

			assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class)
				.hasMessage("scope 'quote' (200ms) exceeded its deadline");
			this.peer.awaitAbandoned(Peer.SILENT);
		});
	}

	@ParameterizedTest
	@EnumSource
	void deadlineIsToldThroughEveryDoor(Door door) {
		withPeer().withPropertyValues("cancel-scope.httpclient.deadline-header=X-Budget=seconds").run((context) -> {
			Function<String, String> client = door.client.apply(context);

			FutureTask<?> call = Worker.PLATFORM.call(() -> context.getBean(CancelScopes.class)
				.call(ScopeOptions.timeout(Duration.ofMillis(1500)),
						(scope) -> client.apply(this.peer.url(Peer.SILENT))));

			assertThat(this.peer.awaitRequest()).containsIgnoringCase("x-budget: 1\r\n");
			this.time.advance(Duration.ofMillis(1500));
			assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel-scope.enabled=false", "cancel-scope.httpclient.enabled=false" })
	void propertyTurnsItOff(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ScopedRequestFactoryCustomizer.class)
				.doesNotHaveBean(ScopedWebClientCustomizer.class));
	}

	@Test
	void unknownHeaderStopsTheStartUp() {
		this.runner.withPropertyValues("cancel-scope.httpclient.deadline-header=X-Budget")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("cancel-scope.httpclient.deadline-header")
				.hasMessageContaining("X-Budget=seconds"));
	}

	@Test
	void usersOwnWins() {
		ScopedRequestFactoryCustomizer blocking = new ScopedRequestFactoryCustomizer();
		ScopedWebClientCustomizer reactive = new ScopedWebClientCustomizer();

		this.runner.withBean("blocking", ScopedRequestFactoryCustomizer.class, () -> blocking)
			.withBean("reactive", ScopedWebClientCustomizer.class, () -> reactive)
			.run((context) -> {
				assertThat(context).getBean(ScopedRequestFactoryCustomizer.class).isSameAs(blocking);
				assertThat(context).getBean(ScopedWebClientCustomizer.class).isSameAs(reactive);
			});
	}

	@Test
	void usersCustomizerSeesTheBuilderItKnows() {
		this.runner.withUserConfiguration(JdkCustomizer.class)
			.withPropertyValues("spring.http.clients.imperative.factory=jdk")
			.run((context) -> {
				context.getBean(ClientHttpRequestFactory.class);

				assertThat(context.getBean(JdkCustomizer.class).seen).isTrue();
			});
	}

	@Test
	void factoryBeanIsDestroyed() {
		this.runner.withPropertyValues("spring.http.clients.imperative.factory=http_components").run((context) -> {
			HttpComponentsClientHttpRequestFactory factory = delegate(context,
					HttpComponentsClientHttpRequestFactory.class);
			String url = this.peer.url(Peer.LENGTH);
			RestClient http = RestClient.create(new RestTemplate(factory));
			assertThat(http.get().uri(url).retrieve().body(String.class)).isEqualTo("fine");

			context.close();

			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> http.get().uri(url).retrieve().body(String.class))
				.withMessageContaining("shut down");
		});
	}

	@Test
	void worksWithoutHttpComponents() {
		this.runner.withClassLoader(new FilteredClassLoader("org.apache.hc"))
			.run((context) -> assertThat(delegate(context, JettyClientHttpRequestFactory.class)).isNotNull());
	}

	@Test
	void worksWithoutJetty() {
		this.runner.withClassLoader(new FilteredClassLoader("org.apache.hc", "org.eclipse.jetty"))
			.run((context) -> assertThat(delegate(context, ReactorClientHttpRequestFactory.class)).isNotNull());
	}

	@Test
	void worksWithoutReactorNetty() {
		this.runner
			.withClassLoader(new FilteredClassLoader("org.apache.hc", "org.eclipse.jetty", "reactor.netty", "io.netty"))
			.run((context) -> assertThat(delegate(context, JdkClientHttpRequestFactory.class)).isNotNull());
	}

	@Test
	void worksWithoutReactor() {
		this.runner.withClassLoader(new FilteredClassLoader("reactor", "org.springframework.web.reactive"))
			.run((context) -> assertThat(context).hasSingleBean(ScopedRequestFactoryCustomizer.class)
				.doesNotHaveBean(ScopedWebClientCustomizer.class));
	}

	@Test
	void worksWithoutWebClientOfBoot() {
		this.runner.withClassLoader(new FilteredClassLoader(WebClientCustomizer.class))
			.run((context) -> assertThat(context).hasSingleBean(ScopedRequestFactoryCustomizer.class)
				.doesNotHaveBean(ScopedWebClientCustomizer.class));
	}

	@Test
	void worksWithoutHttpClientsOfBoot() {
		alone("org.springframework.boot.http.client").run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(ScopedRequestFactoryCustomizer.class)
			.hasSingleBean(ScopedWebClientCustomizer.class));
	}

	@Test
	void worksWithoutSpringWeb() {
		alone("org.springframework.http", "org.springframework.web", "org.springframework.boot.http")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CancelScopeHttpClientAutoConfiguration.class));
	}

	private static ApplicationContextRunner alone(String... absent) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
					CancelScopeHttpClientAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(absent));
	}

	private static <T> T delegate(ApplicationContext context, Class<T> type) {
		ClientHttpRequestFactory factory = context.getBean(ClientHttpRequestFactory.class);
		return type.cast(((AbstractClientHttpRequestFactoryWrapper) factory).getDelegate());
	}

	private ApplicationContextRunner withPeer() {
		return this.runner.withUserConfiguration(Services.class)
			.withBean(TimeSource.class, () -> this.time)
			.withPropertyValues("spring.http.serviceclient.suppliers.base-url=" + this.peer.url(""),
					"spring.http.serviceclient.reactive-suppliers.base-url=" + this.peer.url(""));
	}

	interface Supplier {

		@GetExchange(Peer.SILENT)
		String silent();

	}

	interface ReactiveSupplier {

		@GetExchange(Peer.SILENT)
		String silent();

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "suppliers", types = Supplier.class)
	@ImportHttpServices(group = "reactive-suppliers", types = ReactiveSupplier.class,
			clientType = HttpServiceGroup.ClientType.WEB_CLIENT)
	static class Services {

	}

	@Configuration(proxyBeanMethods = false)
	static class JdkCustomizer {

		private boolean seen;

		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<JdkClientHttpRequestFactoryBuilder> jdkCustomizer() {
			return (builder) -> {
				this.seen = true;
				return builder;
			};
		}

	}

}
