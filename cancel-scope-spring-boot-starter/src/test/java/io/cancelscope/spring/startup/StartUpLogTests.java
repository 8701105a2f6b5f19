package io.cancelscope.spring.startup;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import javax.sql.DataSource;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.CompositeTaskDecorator;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A whole application with a web server, a database and an actuator starts and ends
 * without a word about beans that came too early, and without any other complaint.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartUpLogTests {

	@ParameterizedTest
	@ValueSource(strings = { "spring.main.lazy-initialization=false", "spring.main.lazy-initialization=true",
			"spring.aop.auto=false", "spring.aop.proxy-target-class=false", "cancel-scope.weaving=aspect" })
	void nothingIsTooEarlyToBeProcessed(String property, CapturedOutput output) throws SQLException {
		SpringApplication application = new SpringApplication(Application.class);
		ConfigurableApplicationContext context = application.run("--" + property,
				"--spring.main.web-application-type=servlet", "--server.port=0", "--spring.jpa.open-in-view=false",
				"--logging.level.org.springframework.context.support=debug");
		try (context) {
			context.getBean(DataSource.class).getConnection().close();
			CompletableFuture<String> scope = context.getBean(Quotes.class).best();
			assertThat(scope).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("Service.best");
		}
		assertThat(output).contains("Started", "HikariPool", "started on port")
			.doesNotContain("not eligible for getting processed");
		assertThat(output.getAll().lines().filter((line) -> line.contains(" WARN ") || line.contains(" ERROR ")))
			.isEmpty();
	}

	interface Quotes {

		CompletableFuture<String> best();

	}

	static class Service implements Quotes {

		@Override
		@Async
		@CancelScoped("${quotes.budget:2s}")
		public CompletableFuture<String> best() {
			return CompletableFuture.completedFuture(CancelScope.current().name());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync
	@EnableScheduling
	@EnableResilientMethods
	static class Application {

		@Bean
		Quotes quotes() {
			return new Service();
		}

		@Bean
		TimeSource timeSource() {
			return new ManualTime();
		}

		@Bean
		CancelScopeListener listener() {
			return new CancelScopeListener() {
			};
		}

		@Bean
		TaskDecorator usersDecorator() {
			return new CompositeTaskDecorator(List.of());
		}

	}

}
