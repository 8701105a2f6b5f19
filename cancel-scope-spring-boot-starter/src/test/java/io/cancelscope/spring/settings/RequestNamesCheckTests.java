package io.cancelscope.spring.settings;

import java.util.stream.Stream;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.web.CancelScopeWebAutoConfiguration;
import io.cancelscope.spring.webflux.CancelScopeWebFluxAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keys of requests are compared with the mappings of Spring MVC and of WebFlux.
 */
@ExtendWith(OutputCaptureExtension.class)
class RequestNamesCheckTests {

	private final WebApplicationContextRunner mvc = new WebApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeWebAutoConfiguration.class,
						WebMvcAutoConfiguration.class, DispatcherServletAutoConfiguration.class))
		.withBean(Orders.class);

	private final ReactiveWebApplicationContextRunner webflux = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeWebFluxAutoConfiguration.class, WebFluxAutoConfiguration.class))
		.withBean(Orders.class);

	@ParameterizedTest
	@ValueSource(strings = { "GET /orders/{id}", "HEAD /orders/{id}", "POST /orders/{id}", "PUT /any", "GET /**",
			"OTHER /**", "GET /orders/**", "* /static/**" })
	void nameOfARequestIsKnown(String name, CapturedOutput output) {
		String[] properties = { "cancel-scope.timeouts[" + name + "]=2s", "cancel-scope.modes[" + name + "]=observe",
				"cancel-scope.requires[" + name + "]=auto" };
		this.mvc.withPropertyValues(properties).run((context) -> assertThat(context).hasNotFailed());
		this.webflux.withPropertyValues(properties).run((context) -> assertThat(context).hasNotFailed());

		assertThat(warnings(output)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "GET /order/{id}, GET /orders/{id}", "GET /orders/{orderId}, GET /orders/{id}",
			"get /orders/{id}, GET /orders/{id}", "GET /hidden/{id}, GET /orders/{id}",
			"GETorders{id}, GET /orders/{id}" })
	void nameThatNoRequestHasIsLogged(String name, String nearest, CapturedOutput output) {
		String property = "cancel-scope.timeouts[" + name + "]=2s";
		String exclude = "cancel-scope.web.exclude=/hidden/**";
		this.mvc.withPropertyValues(property, exclude).run((context) -> assertThat(context).hasNotFailed());
		this.webflux.withPropertyValues(property, exclude).run((context) -> assertThat(context).hasNotFailed());

		assertThat(warnings(output)).hasSize(2)
			.allMatch((line) -> line.contains("The property 'cancel-scope.timeouts[" + name + "]' has no effect")
					&& line.contains(
							"The nearest name is '" + nearest + "': write 'cancel-scope.timeouts[" + nearest + "]'."));
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel-scope.web.timeout", "cancel-scope.timeouts[GET /orders/{id}]",
			"cancel-scope.timeouts[GET /orders/**]" })
	void requestThatCouldNeverBeginStopsTheStartUp(String property) {
		String[] properties = { property + "=2s", "cancel-scope.requires[GET /orders/**]=3s" };
		String message = "Scope 'GET /orders/{id}' requires 3s to begin, which is more than its budget of 2s, set by '"
				+ property + "'.";
		this.mvc.withPropertyValues(properties)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(message));
		this.webflux.withPropertyValues(properties)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(message));
	}

	@Test
	void requestThatCanBeginDoesNotStopTheStartUp(CapturedOutput output) {
		this.mvc
			.withPropertyValues("cancel-scope.web.timeout=2s", "cancel-scope.requires[GET /orders/**]=2s",
					"cancel-scope.requires[POST /orders/{id}]=auto", "cancel-scope.timeouts[PUT /any]=5s",
					"cancel-scope.requires[PUT /any]=4s", "cancel-scope.requires[GET /**]=off")
			.run((context) -> assertThat(context).hasNotFailed());

		assertThat(warnings(output)).isEmpty();
	}

	/** A functional route has the name of all that no controller handles. */
	@ParameterizedTest
	@CsvSource({ "GET /hello, GET /hello/**", "GET /hello/, GET /hello/**", "* /hello, ''" })
	void patternIsProposedForWhatNoControllerHandles(String name, String pattern, CapturedOutput output) {
		this.mvc.withPropertyValues("cancel-scope.timeouts[" + name + "]=2s")
			.run((context) -> assertThat(context).hasNotFailed());

		assertThat(warnings(output)).hasSize(pattern.isEmpty() ? 0 : 1)
			.allMatch((line) -> line.endsWith("If no controller handles the path, as with functional routes, write a"
					+ " pattern: 'cancel-scope.timeouts[" + pattern + "]'."));
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET /hidden/**", "GET /hidden/{id}" })
	void keyOfWhatIsExcludedIsLogged(String name, CapturedOutput output) {
		this.mvc.withPropertyValues("cancel-scope.timeouts[" + name + "]=2s", "cancel-scope.web.exclude=/hidden/**")
			.run((context) -> assertThat(context).hasNotFailed());

		assertThat(warnings(output)).hasSize(1);
	}

	/** Lazy mappings are not created for the check. */
	@ParameterizedTest
	@ValueSource(strings = { "GET /order/{id}", "GET /orders/{id}" })
	void nothingIsSaidWhereMappingsAreLazy(String name, CapturedOutput output) {
		String property = "cancel-scope.timeouts[" + name + "]=2s";
		this.mvc.withBean(LazyInitializationBeanFactoryPostProcessor.class)
			.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed());

		assertThat(warnings(output)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET /orders/{id}", "GET /orders/**" })
	void keyOfARequestIsLoggedWhereRequestsHaveNoScopes(String name, CapturedOutput output) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class))
			.withPropertyValues("cancel-scope.timeouts[" + name + "]=2s")
			.run((context) -> assertThat(context).hasNotFailed());

		assertThat(warnings(output)).hasSize(1);
	}

	private static Stream<String> warnings(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains(".SettingsCheck "));
	}

	@RestController
	static class Orders {

		@GetMapping("/orders/{id}")
		String order(@PathVariable String id) {
			return id;
		}

		@GetMapping("/hidden/{id}")
		String hidden(@PathVariable String id) {
			return id;
		}

		@RequestMapping("/any")
		String any() {
			return "any";
		}

	}

}
