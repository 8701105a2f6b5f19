package io.cancelscope.spring.settings;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.observemode.CancelScopeObserveModeAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The variables of the documentation, set for another JVM by the operating system.
 */
class RealVariableTests {

	@Test
	@Timeout(value = 5, unit = TimeUnit.MINUTES)
	void budgetAndModeComeFromVariablesOfTheProcess(@TempDir Path directory) throws IOException, InterruptedException {
		Path log = directory.resolve("log");
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-cp", classPath(), Application.class.getName())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile());
		builder.environment().put("CANCEL_SCOPE_TIMEOUTS_QUOTESERVICE_BEST", "90m");
		builder.environment().put("CANCEL_SCOPE_MODES_QUOTESERVICE_ALL", "observe");
		builder.environment().put("CANCEL_SCOPE_TIMEOUTS_QUOTESERVISE_ALL", "2s");

		Process process = builder.start();
		try {
			process.waitFor();
		}
		finally {
			process.destroyForcibly();
		}

		assertThat(Files.readString(log, StandardCharsets.UTF_8)).contains("QuoteService.best has 90 minutes")
			.contains("; mode=enforce, quoteservice.all=observe")
			.contains("'CANCEL_SCOPE_TIMEOUTS_QUOTESERVISE_ALL' has no effect", "'QuoteService.all'");
		assertThat(process.exitValue()).isZero();
	}

	/** Surefire's own may be a jar that only points to others. */
	private static String classPath() {
		return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
			.replace(File.pathSeparator + File.pathSeparator, File.pathSeparator);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
			CancelScopeObserveModeAutoConfiguration.class })
	static class Application {

		@Bean
		QuoteService quoteService() {
			return new QuoteService();
		}

		public static void main(String[] arguments) {
			SpringApplication application = new SpringApplication(Application.class);
			application.setWebApplicationType(WebApplicationType.NONE);
			try (ConfigurableApplicationContext context = application.run(arguments)) {
				context.getBean(QuoteService.class).best();
			}
		}

	}

	static class QuoteService {

		@CancelScoped("1s")
		public void best() {
			CancelScope scope = CancelScope.current();
			long minutes = scope.remaining().orElseThrow().plusMinutes(1).toMinutes();
			System.out.println(scope.name() + " has " + minutes + " minutes");
		}

		@CancelScoped("1s")
		public void all() {
		}

	}

}
