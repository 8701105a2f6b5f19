package io.cancelscope.spring.redis;

import java.time.Duration;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The snippets of the page on Redis, in an application of Spring Boot.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisPageTests {

	private static TestRedis server;

	@BeforeAll
	static void start() {
		server = TestRedis.start();
	}

	@AfterAll
	static void stop() {
		if (server != null) {
			server.close();
		}
	}

	private static ConfigurableApplicationContext run(String... properties) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + server.port(), "spring.main.banner-mode=off",
					"logging.level.io.cancelscope=info")
			.properties(properties)
			.run();
	}

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void aPopEndsWithItsScope(String client, CapturedOutput output) {
		try (ConfigurableApplicationContext context = run("spring.data.redis.client-type=" + client)) {
			StringRedisTemplate redis = context.getBean(StringRedisTemplate.class);
			CancelScopes scopes = context.getBean(CancelScopes.class);
			QueryTimeoutException failure = catchThrowableOfType(QueryTimeoutException.class, () -> {
				// tag::pop[]
				String job = scopes.call(ScopeOptions.named("jobs").withTimeout(Duration.ofMillis(300)),
						(scope) -> redis.opsForList().leftPop("jobs", Duration.ofSeconds(20)));
				// end::pop[]
				assertThat(job).isNull();
			});

			assertThat(failure)
				.hasStackTraceContaining("The command BLPOP was cancelled: scope 'jobs' (300ms) exceeded its deadline");
			assertThat(ScopeCancelledException.findIn(failure)).isInstanceOf(DeadlineExceededException.class);
			redis.opsForList().rightPush("jobs", "job");
			assertThat(redis.opsForList().leftPop("jobs", Duration.ofSeconds(20))).isEqualTo("job");

			assertThat(catchThrowable(context.getBean(Worker.class)::work))
				.isInstanceOf(DeadlineExceededException.class);
			assertThat(output).containsPattern("cancel-scope.*redis");
		}
	}

	/** The factory creates another client then. */
	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void anApplicationThatIsStartedAgain(String client) {
		try (ConfigurableApplicationContext context = run("spring.data.redis.client-type=" + client)) {
			context.stop();
			context.start();

			assertThat(catchThrowable(context.getBean(Worker.class)::work))
				.isInstanceOf(DeadlineExceededException.class);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel-scope.redis.enabled=false", "cancel-scope.mode=observe",
			"cancel-scope.modes.brief=observe" })
	void nothingIsStoppedIfNotAskedFor(String property) {
		try (ConfigurableApplicationContext context = run(property)) {
			assertThat(context.getBean(Worker.class).brief()).isNull();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Worker worker(StringRedisTemplate redis) {
			return new Worker(redis);
		}

	}

	static class Worker {

		private final StringRedisTemplate redis;

		Worker(StringRedisTemplate redis) {
			this.redis = redis;
		}

		@CancelScoped("200ms")
		String work() {
			return this.redis.opsForList().leftPop("none", Duration.ofSeconds(40));
		}

		/** Ends after its budget, by itself. */
		@CancelScoped(value = "20ms", name = "brief")
		String brief() {
			return this.redis.opsForList().leftPop("none", Duration.ofMillis(200));
		}

	}

}
