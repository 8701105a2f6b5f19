package io.cancelscope.spring.docs;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.ScopeNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code of {@code docs/reference/configuration.md}, which is cut from here.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationPageTests {

	private static final String LOGGER = "logging.level.io.cancelscope.spring.SettingsCheck=error";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class))
		.withUserConfiguration(Names.class);

	@Test
	void namesOfABeanAreKnown(CapturedOutput output) {
		this.runner.withPropertyValues("cancel-scope.modes.seats=observe", "cancel-scope.modes.seat=observe")
			.run((context) -> assertThat(context).hasNotFailed());

		assertThat(output).contains("'cancel-scope.modes.seat' has no effect")
			.doesNotContain("'cancel-scope.modes.seats' has no effect");
	}

	@Test
	void warningsHaveALoggerOfTheirOwn(CapturedOutput output) {
		this.runner.withPropertyValues("cancel-scope.modes.seat=observe")
			.run((context) -> assertThat(context).hasNotFailed());

		String logger = LOGGER.substring("logging.level.".length(), LOGGER.indexOf('='));
		assertThat(logger).endsWith("." + "SettingsCheck");
		assertThat(output.getOut().lines().filter((line) -> line.contains("has no effect"))).singleElement()
			.asString()
			.contains(".SettingsCheck ");
	}

	@Configuration(proxyBeanMethods = false)
	static class Names {

		// tag::names[]
		@Bean
		ScopeNames importNames() {
			return ScopeNames.of("import", "seats");
		}
		// end::names[]

	}

}
