package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that Spring has built is reached whatever request factory it has, and whoever
 * has set it.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class ClientReachTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeHttpClientAutoConfiguration.class,
					HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
					RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
					HttpServiceClientPropertiesAutoConfiguration.class, HttpServiceClientAutoConfiguration.class));

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

	enum Way {

		BUILDER_BEAN_AND_REST_CLIENT(Way::usersBuilder, (context) -> get(context.getBean(RestClient.Builder.class))),

		BUILDER_BEAN_AND_REST_TEMPLATE(Way::usersBuilder,
				(context) -> get(context.getBean(RestTemplateBuilder.class).build())),

		BUILDER_BEAN_AND_HTTP_SERVICE((runner) -> usersBuilder(runner).withUserConfiguration(Services.class),
				(context) -> (url) -> context.getBean(Supplier.class).silent()),

		REST_CLIENT_CUSTOMIZER(
				(runner) -> runner.withBean(RestClientCustomizer.class,
						() -> (builder) -> builder.requestFactory(users())),
				(context) -> get(context.getBean(RestClient.Builder.class))),

		REST_CLIENT_CONFIGURER(
				(runner) -> runner.withBean(RestClientCustomizer.class,
						() -> (builder) -> builder.requestFactory(users())),
				(context) -> get(context.getBean(RestClientBuilderConfigurer.class).configure(RestClient.builder()))),

		REST_CLIENT_BUILDER((runner) -> runner,
				(context) -> get(context.getBean(RestClient.Builder.class).requestFactory(users()))),

		COPY_OF_REST_CLIENT_BUILDER((runner) -> runner,
				(context) -> get(context.getBean(RestClient.Builder.class).clone().requestFactory(users()))),

		REST_TEMPLATE_CUSTOMIZER(
				(runner) -> runner.withBean(RestTemplateCustomizer.class,
						() -> (template) -> template.setRequestFactory(users())),
				(context) -> get(context.getBean(RestTemplateBuilder.class).build())),

		REST_TEMPLATE_BUILDER((runner) -> runner,
				(context) -> get(context.getBean(RestTemplateBuilder.class).requestFactory(Way::users).build())),

		REST_CLIENT_BEAN((runner) -> runner.withBean(RestClient.class, () -> RestClient.create()),
				(context) -> get(context.getBean(RestClient.class).mutate())),

		REST_TEMPLATE_BEAN((runner) -> runner.withBean(RestTemplate.class, Way::intercepted),
				(context) -> get(context.getBean(RestTemplate.class))),

		HTTP_SERVICE_CONFIGURER(
				(runner) -> runner.withUserConfiguration(Services.class)
					.withBean(RestClientHttpServiceGroupConfigurer.class,
							() -> (groups) -> groups
								.forEachClient((group, builder) -> builder.requestFactory(users()))),
				(context) -> (url) -> context.getBean(Supplier.class).silent());

		private final UnaryOperator<ApplicationContextRunner> application;

		private final Function<ApplicationContext, Function<String, String>> client;

		Way(UnaryOperator<ApplicationContextRunner> application,
				Function<ApplicationContext, Function<String, String>> client) {
			this.application = application;
			this.client = client;
		}

		private static ApplicationContextRunner usersBuilder(ApplicationContextRunner runner) {
			return runner.withBean(ClientHttpRequestFactoryBuilder.class,
					() -> ClientHttpRequestFactoryBuilder.jetty());
		}

		private static ClientHttpRequestFactory users() {
			return new JdkClientHttpRequestFactory();
		}

		private static RestTemplate intercepted() {
			RestTemplate template = new RestTemplate(users());
			template.getInterceptors().add((request, body, execution) -> execution.execute(request, body));
			return template;
		}

		private static Function<String, String> get(RestClient.Builder builder) {
			RestClient http = builder.build();
			return (url) -> http.get().uri(url).retrieve().body(String.class);
		}

		private static Function<String, String> get(RestTemplate template) {
			return (url) -> template.getForObject(url, String.class);
		}

	}

	@ParameterizedTest
	@EnumSource
	void callEndsAtTheDeadline(Way way, CapturedOutput output) {
		ApplicationContextRunner application = way.application.apply(this.runner)
			.withBean(TimeSource.class, () -> this.time)
			.withPropertyValues("spring.http.serviceclient.suppliers.base-url=" + this.peer.url(""));
		application.run((context) -> {
			Function<String, String> client = way.client.apply(context);

			FutureTask<?> call = Worker.PLATFORM.call(() -> context.getBean(CancelScopes.class)
				.call(ScopeOptions.named("quote").withTimeout(Duration.ofMillis(1000)),
						(scope) -> client.apply(this.peer.url(Peer.SILENT))));
			this.peer.awaitRequest();
			this.time.advance(Duration.ofMillis(1000));

			assertThat(Worker.failure(call)).isInstanceOf(DeadlineExceededException.class)
				.hasMessage("scope 'quote' (1s) exceeded its deadline");
			this.peer.awaitAbandoned(Peer.SILENT);
		});
		assertThat(output).doesNotContain("HTTP calls are not stopped when their scope is cancelled");
	}

	@Test
	void interceptorsOfATemplateStayAsTheyAre() {
		Way.REST_TEMPLATE_BEAN.application.apply(this.runner).run((context) -> {
			RestTemplate template = context.getBean(RestTemplate.class);

			assertThat(template.getInterceptors()).hasSize(1);
			assertThat(template.getForObject(this.peer.url(Peer.LENGTH), String.class)).isEqualTo("fine");
		});
	}

	@Test
	void lineAtStartUpNamesWhoIsNotReached(CapturedOutput output) {
		RestClient own = (RestClient) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { RestClient.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "hashCode" -> 1;
					case "equals" -> proxy == arguments[0];
					default -> null;
				});

		this.runner.withBean("plain", RestTemplate.class, () -> new RestTemplate(new SimpleClientHttpRequestFactory()))
			.withBean("own", RestClient.class, () -> own)
			.run((context) -> assertThat(context).hasNotFailed().getBean("own").isSameAs(own));

		assertThat(output.getAll()
			.lines()
			.filter((line) -> line.contains("HTTP calls are not stopped when their scope is cancelled")))
			.singleElement()
			.asString()
			.contains("bean 'plain' (org.springframework.http.client.SimpleClientHttpRequestFactory", "bean 'own' (");
	}

	@Test
	void propertyTurnsItOff() {
		this.runner.withPropertyValues("cancel-scope.httpclient.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ScopedClientsBeanPostProcessor.class)
				.doesNotHaveBean(RestClientCustomizer.class));
	}

	interface Supplier {

		@GetExchange(Peer.SILENT)
		String silent();

	}

	@Configuration(proxyBeanMethods = false)
	@ImportHttpServices(group = "suppliers", types = Supplier.class)
	static class Services {

	}

}
