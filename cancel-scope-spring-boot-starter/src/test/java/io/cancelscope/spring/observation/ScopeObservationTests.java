package io.cancelscope.spring.observation;

import java.time.Duration;
import java.util.function.Consumer;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Observations of scopes.
 */
class ScopeObservationTests {

	private final ManualTime time = new ManualTime();

	private final TestObservationRegistry registry = TestObservationRegistry.create();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeObservationAutoConfiguration.class))
		.withBean(ManualTime.class, () -> this.time)
		.withBean(ObservationRegistry.class, () -> this.registry);

	@Test
	void scopeIsAnObservation() {
		run((scopes) -> scopes.run(named("quotes").withTimeout(Duration.ofMillis(800)), CancelScope::check));

		TestObservationRegistryAssert.assertThat(this.registry)
			.hasSingleObservationThat()
			.hasNameEqualTo("cancel.scope")
			.hasContextualNameEqualTo("quotes")
			.hasLowCardinalityKeyValue("name", "quotes")
			.hasLowCardinalityKeyValue("outcome", "completed")
			.hasHighCardinalityKeyValue("budget", "800ms")
			.hasBeenStarted()
			.hasBeenStopped();
	}

	@Test
	void cancellationIsAnEventAndAnOutcome() {
		run((scopes) -> {
			scopes.run(named("slow").withTimeout(Duration.ofMillis(1)), (scope) -> {
				this.time.advance(Duration.ofSeconds(1));
				assertThat(scope.isCancelled()).isTrue();
			});
			assertThat(catchThrowable(() -> scopes.run(named("failing"), (scope) -> {
				throw new IllegalStateException("on purpose");
			}))).isNotNull();
		});

		TestObservationRegistryAssert.assertThat(this.registry)
			.hasObservationWithNameEqualTo("cancel.scope")
			.that()
			.hasLowCardinalityKeyValue("outcome", "deadline")
			.hasEvent("cancelled");
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasHandledContextsThatSatisfy((contexts) -> assertThat(contexts).last()
				.satisfies((context) -> assertThat(context.getError()).isInstanceOf(IllegalStateException.class)));
	}

	@Test
	void parentIsWhatIsObservedAround() {
		run((scopes) -> Observation.createNotStarted("request", this.registry)
			.observe(() -> scopes.run(named("outer"), (outer) -> {
				scopes.run(named("inner"), CancelScope::check);
				Observation.createNotStarted("between", this.registry)
					.observe(() -> scopes.run(named("innermost"), CancelScope::check));
			})));

		assertThat(parentOf("outer")).isEqualTo("request");
		assertThat(parentOf("inner")).isEqualTo("outer");
		assertThat(parentOf("innermost")).isEqualTo("between");
	}

	@Test
	@SuppressWarnings("try")
	void parentIsTheScopeAroundAlsoOnAnotherThread() {
		run((scopes) -> {
			OpenScope outer = Observation.createNotStarted("request", this.registry)
				.observe(() -> scopes.openUnbound(named("outer")));
			try (CancelScope.Registration attached = outer.attach()) {
				scopes.run(named("inner"), CancelScope::check);
			}
			outer.close();
		});

		assertThat(parentOf("inner")).isEqualTo("outer");
	}

	@Test
	void namesOfLowCardinalityAreBounded() {
		run((scopes) -> {
			for (int i = 0; i < 10_000; i++) {
				scopes.run(named("GET /quotes/" + i), CancelScope::check);
			}
		});

		TestObservationRegistryAssert.assertThat(this.registry)
			.hasHandledContextsThatSatisfy((contexts) -> assertThat(
					contexts.stream().map((context) -> context.getLowCardinalityKeyValue("name")).distinct())
				.hasSize(201));
	}

	@Test
	void conventionOfTheUserWins() {
		CancelScopeObservationConvention own = new CancelScopeObservationConvention() {

			@Override
			public String getName() {
				return "budget";
			}

		};
		this.runner.withPropertyValues("cancel-scope.observation.enabled=true")
			.withBean(CancelScopeObservationConvention.class, () -> own)
			.run((context) -> context.getBean(CancelScopes.class).run(named("a"), CancelScope::check));

		TestObservationRegistryAssert.assertThat(this.registry).hasObservationWithNameEqualTo("budget");
	}

	@Test
	void nothingIsObservedUnlessAskedFor() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(ScopeObservations.class));
		this.runner.withPropertyValues("cancel-scope.observation.enabled=true", "cancel-scope.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ScopeObservations.class));
		this.runner.withPropertyValues("cancel-scope.observation.enabled=true")
			.withClassLoader(new FilteredClassLoader(ObservationRegistry.class))
			.run((context) -> assertThat(context).doesNotHaveBean("cancelScopeObservations"));
	}

	@Test
	void lazyApplicationIsObservedToo() {
		SpringApplication application = new SpringApplication(LazyApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		try (ConfigurableApplicationContext context = application.run("--spring.main.lazy-initialization=true",
				"--cancel-scope.observation.enabled=true")) {
			context.getBean(CancelScopes.class).run(named("lazy"), CancelScope::check);

			TestObservationRegistryAssert.assertThat(context.getBean(TestObservationRegistry.class))
				.hasObservationWithNameEqualTo("cancel.scope");
		}
	}

	private void run(Consumer<CancelScopes> work) {
		this.runner.withPropertyValues("cancel-scope.observation.enabled=true")
			.run((context) -> work.accept(context.getBean(CancelScopes.class)));
	}

	private String parentOf(String name) {
		String[] parent = new String[1];
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasHandledContextsThatSatisfy((contexts) -> contexts.stream()
				.filter((context) -> name.equals(context.getContextualName()))
				.forEach((context) -> parent[0] = nameOf(context.getParentObservation().getContextView())));
		return parent[0];
	}

	private static String nameOf(Observation.ContextView context) {
		return (context.getContextualName() != null) ? context.getContextualName() : context.getName();
	}

	private static ScopeOptions named(String name) {
		return ScopeOptions.named(name);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeObservationAutoConfiguration.class })
	static class LazyApplication {

		@Bean
		TestObservationRegistry observationRegistry() {
			return TestObservationRegistry.create();
		}

	}

}
