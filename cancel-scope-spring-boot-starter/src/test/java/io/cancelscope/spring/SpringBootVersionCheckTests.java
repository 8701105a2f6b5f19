package io.cancelscope.spring;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.core.env.MapPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * An older Spring Boot stops the start-up; a newer one is named.
 */
@ExtendWith(OutputCaptureExtension.class)
class SpringBootVersionCheckTests {

	@ParameterizedTest
	@ValueSource(strings = { "1.5.22.RELEASE", "2.7.18", "3.0.0", "3.5.6", "3.6.0-SNAPSHOT" })
	void olderVersionIsRefusedInOneSentence(String version) {
		SpringBootVersionCheck check = new SpringBootVersionCheck(version);

		assertThatExceptionOfType(UnsupportedSpringBootException.class)
			.isThrownBy(() -> check.initialize(new StaticApplicationContext()))
			.withMessage("cancel-scope requires Spring Boot 4.0 or newer, but this application runs on Spring Boot "
					+ version);
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "4.0.0", "4.0.7", "4.0.0-RC1", "4.1.1", "4.1.9-SNAPSHOT", "", "unknown", "99999.1.0" })
	void testedAndUnreadableVersionsAreAcceptedWithoutAWord(String version, CapturedOutput output) {
		new SpringBootVersionCheck(version).initialize(new StaticApplicationContext());

		assertThat(output).doesNotContain("cancel-scope");
	}

	@ParameterizedTest
	@CsvSource({ "4.2.0", "4.10.0-M1", "5.0.0" })
	void newerVersionIsNamedInOneWarning(String version, CapturedOutput output) {
		new SpringBootVersionCheck(version).initialize(new StaticApplicationContext());

		assertThat(output.getAll().lines().filter((line) -> line.contains("Spring Boot " + version))).singleElement()
			.asString()
			.contains("WARN")
			.contains("Spring Boot " + version
					+ " is newer than the versions that cancel-scope was tested with, 4.0 and 4.1. Upgrade cancel-scope.");
	}

	@Test
	void childContextDoesNotWarnAgain(CapturedOutput output) {
		StaticApplicationContext child = new StaticApplicationContext(new StaticApplicationContext());

		new SpringBootVersionCheck("4.2.0").initialize(child);

		assertThat(output).doesNotContain("is newer than");
	}

	@Test
	void switchedOffItStartsOnAnyVersion(CapturedOutput output) {
		GenericApplicationContext context = new GenericApplicationContext();
		context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("test", Map.of("cancel-scope.enabled", "false")));

		assertThatNoException().isThrownBy(() -> new SpringBootVersionCheck("3.5.6").initialize(context));
		new SpringBootVersionCheck("4.2.0").initialize(context);

		assertThat(output).doesNotContain("is newer than");
	}

	@Test
	void versionOfTheseTestsIsSupported() {
		SpringApplication application = application();

		try (ConfigurableApplicationContext context = application.run()) {
			assertThat(application.getInitializers()).anyMatch(SpringBootVersionCheck.class::isInstance);
			assertThat(context.isActive()).isTrue();
		}
	}

	@Test
	void failedStartUpSaysWhatToDo(CapturedOutput output) {
		SpringApplication application = application();
		application.addInitializers(new SpringBootVersionCheck("3.5.6"));

		assertThatExceptionOfType(UnsupportedSpringBootException.class).isThrownBy(application::run);

		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("cancel-scope requires Spring Boot 4.0 or newer, but this application runs on Spring Boot 3.5.6.")
			.contains("Upgrade Spring Boot to 4.0 or newer, or replace the dependency");
	}

	private static SpringApplication application() {
		SpringApplication application = new SpringApplication(Nothing.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application;
	}

	@Configuration(proxyBeanMethods = false)
	static class Nothing {

	}

}
