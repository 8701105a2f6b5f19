package com.example.old;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import io.cancelscope.CancelScopes;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The starter, compiled for Spring Boot 4, in an application that still has 3.5.
 */
class OldSpringBootTests {

	private static final String SENTENCE = "cancel-scope requires Spring Boot 4.0 or newer, but this application runs on"
			+ " Spring Boot " + SpringBootVersion.getVersion();

	@Test
	void classPathIsThatOfSpringBoot3() {
		assertThat(SpringBootVersion.getVersion()).startsWith("3.5.");
	}

	@Test
	void startUpEndsWithOneSentence() {
		ByteArrayOutputStream output = new ByteArrayOutputStream();
		PrintStream before = System.out;
		System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
		try {
			assertThatIllegalStateException().isThrownBy(() -> SpringApplication.run(Application.class))
				.withMessage(SENTENCE);
		}
		finally {
			System.setOut(before);
		}

		assertThat(output.toString(StandardCharsets.UTF_8)).contains("APPLICATION FAILED TO START")
			.contains(SENTENCE + ".")
			.contains("Upgrade Spring Boot to 4.0 or newer, or replace the dependency")
			.doesNotContain("NoClassDefFoundError", "\tat ");
	}

	@Test
	void switchedOffItLeavesTheApplicationAlone() {
		SpringApplication application = new SpringApplication(Application.class);

		try (ConfigurableApplicationContext context = application.run("--cancel-scope.enabled=false")) {
			assertThat(context.getBeanProvider(CancelScopes.class)).isEmpty();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
