package io.cancelscope.spring;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.example.shop.ShopApplication;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The reasons at start-up are those of the conditions: what the one calls off is off by
 * the other, too, for each feature, switch and library.
 */
class KnownFeaturesTests {

	private static final Class<?>[] OURS = StreamSupport
		.stream(ImportCandidates.load(AutoConfiguration.class, KnownFeaturesTests.class.getClassLoader()).spliterator(),
				false)
		.filter((name) -> name.startsWith("io.cancelscope."))
		.map((name) -> ClassUtils.resolveClassName(name, null))
		.toArray(Class<?>[]::new);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(OURS))
		.withInitializer(
				(context) -> context.getEnvironment().setConversionService(new ApplicationConversionService()));

	@Test
	void everyAutoConfigurationIsExplained() {
		List<String> explained = KnownFeatures.ALL.stream().map(KnownFeature::configuration).distinct().toList();

		assertThat(Stream.of(OURS).map(Class::getName))
			.filteredOn((name) -> !name.endsWith(".CancelScopeAutoConfiguration")
					&& !name.endsWith(".CancelScopeAopAutoConfiguration") // always on
					&& !name.endsWith(".CancelScopeActuatorPathsAutoConfiguration")) // part
																						// of
																						// web
			.as("auto-configurations that KnownFeatures has to describe")
			.containsExactlyInAnyOrderElementsOf(explained);
	}

	@Test
	void everyPublishedFeatureIsKnown() {
		SpringApplication application = new SpringApplication(ShopApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);

		try (ConfigurableApplicationContext context = application.run("--cancel-scope.logging.mdc=true",
				"--cancel-scope.mode=observe", "--cancel-scope.observation.enabled=true")) {
			assertThat(published(context)).isNotEmpty()
				.allSatisfy((feature) -> assertThat(KnownFeatures.ALL).as("KnownFeatures has to describe %s", feature)
					.anyMatch((known) -> known.is(feature)));
		}
	}

	@ParameterizedTest
	@MethodSource("switches")
	void switchIsNamed(KnownFeature feature, String property) {
		this.runner.withPropertyValues(property).run((context) -> {
			assertThat(published(context)).noneMatch(feature::is);
			assertThat(explained(context)).contains(CancelScopeFeature.off(feature.name(), property));
		});
	}

	static Stream<Arguments> switches() {
		return KnownFeatures.ALL.stream()
			.flatMap((feature) -> feature.switches()
				.stream()
				.map((each) -> Arguments.of(feature, each.contains("=") ? each : each + "=false")));
	}

	@ParameterizedTest
	@MethodSource("libraries")
	void missingLibraryIsNamed(KnownFeature feature) {
		String[] asked = (feature.optIn() != null) ? new String[] { feature.optIn() + "=true" } : new String[0];
		boolean expected = feature.optIn() != null || feature.expectedWith() != null;
		CancelScopeFeature reason = expected ? CancelScopeFeature.off(feature.name(), feature.missing())
				: CancelScopeFeature.unused(feature.name(), feature.missing());

		this.runner.withPropertyValues(asked)
			.withClassLoader(new FilteredClassLoader(feature.libraryClass()::equals))
			.run((context) -> {
				assertThat(published(context)).noneMatch(feature::is);
				assertThat(explained(context)).contains(reason);
			});
	}

	static Stream<KnownFeature> libraries() {
		return KnownFeatures.ALL.stream().filter((feature) -> feature.libraryClass() != null);
	}

	@Test
	void libraryThatNobodyExpectsIsUnused() {
		this.runner
			.withClassLoader(
					new FilteredClassLoader("org.springframework.boot.webclient", "org.springframework.web.reactive",
							"org.springframework.boot.http.client", "org.springframework.web.client"))
			.run((context) -> assertThat(explained(context))
				.filteredOn((feature) -> feature.name().equals("httpclient"))
				.extracting(CancelScopeFeature::state)
				.containsOnly(CancelScopeFeature.State.UNUSED));
	}

	@Test
	void missingBeanIsNamedWithTheStarterThatBringsIt() {
		this.runner.withPropertyValues("cancel-scope.observation.enabled=true")
			.run((context) -> assertThat(explained(context)).contains(
					CancelScopeFeature.off("metrics", "no MeterRegistry bean: add spring-boot-starter-actuator"),
					CancelScopeFeature.off("observation",
							"no ObservationRegistry bean: add spring-boot-starter-actuator")));
	}

	@Test
	void beanThatComesTooLateIsNamed() {
		this.runner.withConfiguration(AutoConfigurations.of(LateRegistry.class))
			.run((context) -> assertThat(explained(context)).contains(CancelScopeFeature.off("metrics",
					"bean of type io.micrometer.core.instrument.MeterRegistry came after CancelScopeMetricsAutoConfiguration:"
							+ " define it in a configuration of the application")));
	}

	@Test
	void dataSourceIsMissing() {
		this.runner.run((context) -> assertThat(published(context))
			.contains(CancelScopeFeature.off("jdbc", "no DataSource bean: add spring-boot-starter-jdbc")));
	}

	@Test
	void excludedAutoConfigurationIsNamed() {
		SpringApplication application = new SpringApplication(ShopApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);

		try (ConfigurableApplicationContext context = application
			.run("--spring.autoconfigure.exclude=io.cancelscope.spring.task.CancelScopeTaskAutoConfiguration")) {
			assertThat(explained(context))
				.contains(CancelScopeFeature.off("task", "excluded by spring.autoconfigure.exclude"));
		}
	}

	@Test
	void everyReasonIsAShortClauseThatTellsAFix() {
		assertThat(KnownFeatures.ALL).allSatisfy((feature) -> {
			check(feature.missing(), (text) -> assertThat(text).matches("no [A-Za-z.]+( bean)?: add [a-z0-9.:-]+"));
			check((feature.otherwise() != null) ? feature.otherwise() : "",
					(text) -> assertThat(text).hasSizeLessThan(90).doesNotEndWith("."));
		});
	}

	private static void check(String text, Consumer<String> rule) {
		if (!text.isEmpty()) {
			rule.accept(text);
		}
	}

	private static List<CancelScopeFeature> published(ConfigurableApplicationContext context) {
		return List.copyOf(context.getBeansOfType(CancelScopeFeature.class).values());
	}

	private static List<CancelScopeFeature> explained(ConfigurableApplicationContext context) {
		return KnownFeatures.explain(context, published(context));
	}

	/** As if Spring Boot had renamed the one that comes before those of the starter. */
	@AutoConfiguration(afterName = "io.cancelscope.spring.metrics.CancelScopeMetricsAutoConfiguration")
	static class LateRegistry {

		@Bean
		SimpleMeterRegistry lateRegistry() {
			return new SimpleMeterRegistry();
		}

	}

}
