package io.cancelscope.spring.web;

import java.time.Duration;
import java.util.function.Consumer;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a cancelled request is answered beside the user's own exception handling, and when
 * the feature is off.
 */
class ProblemDetailTests {

	private static final String UNAVAILABLE = "{\"detail\":\"The request was cancelled\",\"kind\":\"REQUESTED\","
			+ "\"instance\":\"/cancelled\",\"status\":503,\"title\":\"Service Unavailable\"}";

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeWebAutoConfiguration.class,
						DispatcherServletAutoConfiguration.class, WebMvcAutoConfiguration.class,
						JacksonAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class))
		.withBean(Endpoints.class);

	@ParameterizedTest
	@ValueSource(strings = { "spring.mvc.problemdetails.enabled=true", "spring.mvc.problemdetails.enabled=false" })
	void answerIsAProblemDetailWithAndWithoutThoseOfSpring(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(tester(context).get().uri("/cancelled"))
				.hasStatus(HttpStatus.SERVICE_UNAVAILABLE)
				.hasContentType("application/problem+json")
				.hasHeader("Retry-After", "1")
				.bodyJson()
				.isLenientlyEqualTo(UNAVAILABLE));
	}

	@Test
	void handlerOfTheUsersForTheExceptionWins() {
		this.runner.withBean(SpecificAdvice.class)
			.run((context) -> assertThat(tester(context).get().uri("/cancelled")).hasStatus(HttpStatus.PAYMENT_REQUIRED)
				.hasBodyTextEqualTo("the desk closes"));
	}

	@Test
	void handlerOfTheUsersForEverythingDoesNotMakeItAFailure() {
		this.runner.withBean(GeneralAdvice.class).run((context) -> {
			assertThat(tester(context).get().uri("/cancelled")).hasStatus(HttpStatus.SERVICE_UNAVAILABLE);
			assertThat(tester(context).get().uri("/broken")).hasStatus(HttpStatus.INTERNAL_SERVER_ERROR)
				.hasBodyTextEqualTo("something went wrong");
		});
	}

	@Test
	void handlerOfTheUsersIsAskedForFiltersToo() {
		this.runner.withBean(SpecificAdvice.class)
			.run((context) -> assertThat(tester(context, cancelling(context)).get().uri("/broken"))
				.hasStatus(HttpStatus.PAYMENT_REQUIRED));
	}

	@Test
	void filterThatIsCancelledIsAnsweredWithAProblemDetail() {
		this.runner.run((context) -> assertThat(tester(context, cancelling(context)).get().uri("/broken"))
			.hasStatus(HttpStatus.SERVICE_UNAVAILABLE)
			.hasContentType("application/problem+json"));
	}

	@Test
	void answerOnTheExceptionItselfWins() {
		this.runner.run((context) -> {
			assertThat(tester(context).get().uri("/annotated")).hasStatus(HttpStatus.INSUFFICIENT_STORAGE);
			assertThat(tester(context).get().uri("/conflict")).hasStatus(HttpStatus.CONFLICT);
		});
	}

	@Test
	void headerOfTheHandlersSaysWhoseTimeItWas() {
		this.runner.withPropertyValues("cancel-scope.web.expired-header=true").run((context) -> {
			assertThat(tester(context).get().uri("/late")).hasStatus(HttpStatus.GATEWAY_TIMEOUT)
				.headers()
				.hasHeaderSatisfying("Deadline-Expired", (values) -> assertThat(values).containsExactly("server"));
			assertThat(tester(context).get().uri("/late?label=supplier")).hasStatus(HttpStatus.GATEWAY_TIMEOUT)
				.headers()
				.hasHeaderSatisfying("Deadline-Expired", (values) -> assertThat(values).containsExactly("supplier"));
			assertThat(tester(context).get().uri("/late?label=supplier").accept("text/html"))
				.hasStatus(HttpStatus.GATEWAY_TIMEOUT)
				.headers()
				.hasHeaderSatisfying("Deadline-Expired", (values) -> assertThat(values).containsExactly("supplier"));
		});
	}

	@Test
	void goneClientIsAnsweredNothing() {
		this.runner.run((context) -> assertThat(tester(context).get().uri("/gone")).hasStatus(499).body().isEmpty());
	}

	@Test
	void filterOfTheUsersReplacesOurs() {
		FilterRegistrationBean<Filter> own = new FilterRegistrationBean<>(
				(request, response, chain) -> chain.doFilter(request, response));
		this.runner.withBean("cancelScopeFilter", Object.class, () -> own)
			.run((context) -> assertThat(context).getBean("cancelScopeFilter").isSameAs(own));
	}

	@Test
	void filterIsSecondOnlyToEncodingAndObservation() {
		this.runner.run((context) -> assertThat(registration(context).getOrder()).isEqualTo(Integer.MIN_VALUE + 2));
		this.runner.withPropertyValues("cancel-scope.web.order=7")
			.run((context) -> assertThat(registration(context).getOrder()).isEqualTo(7));
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel-scope.enabled=false", "cancel-scope.web.enabled=false" })
	void featureIsOffByProperty(String property) {
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeWebAutoConfiguration.class))
			.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cancelScopeFilter"));
	}

	@Test
	void featureIsAbsentOutsideOfServletApplications() {
		AutoConfigurations configurations = AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeWebAutoConfiguration.class);
		Consumer<ApplicationContext> absent = (context) -> assertThat(context.containsBean("cancelScopeFilter"))
			.isFalse();
		new ApplicationContextRunner().withConfiguration(configurations).run(absent::accept);
		new ApplicationContextRunner()
			.withClassLoader(new FilteredClassLoader("jakarta.servlet.", "org.springframework.web."))
			.withConfiguration(configurations)
			.run(absent::accept);
		new ReactiveWebApplicationContextRunner().withConfiguration(configurations).run(absent::accept);
	}

	@Test
	void springMvcMayBeAbsent() {
		new WebApplicationContextRunner().withClassLoader(new FilteredClassLoader("org.springframework.web.servlet."))
			.withConfiguration(
					AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeWebAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("cancelScopeFilter")
				.doesNotHaveBean("cancelScopeMvcConfigurer"));
	}

	private static Filter cancelling(WebApplicationContext context) {
		CancelScopes scopes = context.getBean(CancelScopes.class);
		return (request, response, chain) -> {
			scopes.cancel("the desk closes");
			scopes.check();
		};
	}

	private static FilterRegistrationBean<?> registration(ApplicationContext context) {
		return (FilterRegistrationBean<?>) context.getBean("cancelScopeFilter");
	}

	private static MockMvcTester tester(WebApplicationContext context, Filter... further) {
		Filter filter = registration(context).getFilter();
		assertThat(filter).isNotNull();
		return MockMvcTester
			.create(MockMvcBuilders.webAppContextSetup(context).addFilters(filter).addFilters(further).build());
	}

	@RestController
	static class Endpoints {

		private final CancelScopes scopes;

		Endpoints(CancelScopes scopes) {
			this.scopes = scopes;
		}

		@GetMapping("/cancelled")
		String cancelled() {
			this.scopes.cancel("the desk closes");
			this.scopes.check();
			return "never";
		}

		@GetMapping("/gone")
		String gone() {
			this.scopes.current().cancel(CancelReason.Kind.DISCONNECTED, "gone", null);
			this.scopes.check();
			return "never";
		}

		@GetMapping("/late")
		void late(@RequestParam(required = false) String label, HttpServletResponse response) {
			if (label != null) {
				response.setHeader("Deadline-Expired", label);
			}
			this.scopes.run(ScopeOptions.timeout(Duration.ZERO), CancelScope::check);
		}

		@GetMapping("/broken")
		String broken() {
			throw new IllegalStateException("broken");
		}

		@GetMapping("/conflict")
		String conflict() {
			try {
				return cancelled();
			}
			catch (ScopeCancelledException ex) {
				throw new ResponseStatusException(HttpStatus.CONFLICT, "stopped", ex);
			}
		}

		@GetMapping("/annotated")
		String annotated() {
			return this.scopes.call(ScopeOptions.none().exception((reason) -> new TooMuchException()),
					(scope) -> cancelled());
		}

	}

	@SuppressWarnings("serial")
	@ResponseStatus(HttpStatus.INSUFFICIENT_STORAGE)
	static class TooMuchException extends RuntimeException {

	}

	@RestControllerAdvice
	static class SpecificAdvice {

		@ExceptionHandler
		@ResponseStatus(HttpStatus.PAYMENT_REQUIRED)
		String stopped(ScopeCancelledException ex) {
			return ex.reason().message();
		}

	}

	@RestControllerAdvice
	static class GeneralAdvice {

		@ExceptionHandler
		@ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
		String failed(Exception ex) {
			return "something went wrong";
		}

	}

}
