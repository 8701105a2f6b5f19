package io.cancelscope.spring.redis;

import java.time.Duration;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.lettuce.core.RedisClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * What the auto-configuration for Redis adds, and when.
 */
class CancelScopeRedisAutoConfigurationTests {

	private static final String JEDIS = "redis.clients.jedis.RedisClient";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeRedisAutoConfiguration.class));

	@Test
	void bothClientsAreReached() {
		assumeThat(ClassUtils.isPresent(JEDIS, null)).as("Spring Boot 4.0 has a Jedis that is not reached").isTrue();

		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(LettuceFactories.class).hasSingleBean(JedisFactories.class);
			assertThat(context.getBeansOfType(CancelScopeFeature.class).values()).extracting(CancelScopeFeature::name)
				.contains("redis");
			assertThat(context.getBean(CancelScopeRedisProperties.class)).isEqualTo(new CancelScopeRedisProperties(true,
					Duration.ofMillis(100), CancelScopeRedisProperties.OnCancel.FAIL));
		});
	}

	@Test
	void negativeTimeStopsTheStartUp() {
		this.runner.withPropertyValues("cancel-scope.redis.close-after=-1s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("cancel-scope.redis.close-after")
				.hasMessageContaining("-1s"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "cancel-scope.enabled=false", "cancel-scope.redis.enabled=false" })
	void switchedOff(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(LettuceFactories.class)
				.doesNotHaveBean(JedisFactories.class));
	}

	@Test
	void noRedis() {
		this.runner.withClassLoader(new FilteredClassLoader(RedisConnectionFactory.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CancelScopeRedisAutoConfiguration.class));
	}

	@Test
	void noLettuce() {
		assumeThat(ClassUtils.isPresent(JEDIS, null)).as("Spring Boot 4.0 has a Jedis that is not reached").isTrue();

		this.runner.withClassLoader(new FilteredClassLoader(RedisClient.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(LettuceFactories.class)
				.hasSingleBean(JedisFactories.class));
	}

	@Test
	void noJedis() {
		this.runner.withClassLoader(new FilteredClassLoader(JEDIS))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(LettuceFactories.class)
				.doesNotHaveBean(JedisFactories.class));
	}

}
