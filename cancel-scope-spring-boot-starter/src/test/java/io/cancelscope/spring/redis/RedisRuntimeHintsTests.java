package io.cancelscope.spring.redis;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

class RedisRuntimeHintsTests {

	private static final String SPRING = "org.springframework.data.redis.connection.";

	@ParameterizedTest
	@CsvSource({ "io.lettuce.core.AbstractRedisClient, channels",
			"redis.clients.jedis.ConnectionFactory, connectionBuilder", "redis.clients.jedis.UnifiedJedis, executor",
			"redis.clients.jedis.UnifiedJedis, commandObjects", "redis.clients.jedis.UnifiedJedis, provider",
			"redis.clients.jedis.providers.SentineledConnectionProvider, pool",
			"redis.clients.jedis.providers.SentineledConnectionProvider, initPoolLock",
			SPRING + "jedis.JedisConnectionFactory, redisClient",
			SPRING + "jedis.JedisConnectionFactory, topologyProvider",
			SPRING + "jedis.JedisConnectionFactory, clusterCommandExecutor",
			SPRING + "jedis.JedisConnectionFactory, executor",
			SPRING + "lettuce.LettuceConnectionFactory, connectionProvider",
			SPRING + "lettuce.LettuceConnectionFactory, reactiveConnectionProvider",
			SPRING + "lettuce.LettuceConnectionFactory$ExceptionTranslatingConnectionProvider, delegate",
			SPRING + "lettuce.LettucePoolingConnectionProvider, connectionProvider" })
	void aNativeImageKnowsTheField(String type, String field) throws ReflectiveOperationException {
		assumeThat(type.contains("Jedis") && !ClassUtils.isPresent("redis.clients.jedis.RedisClient", null))
			.as("Spring Boot 4.0 has a Jedis that is not reached")
			.isFalse();
		assertThat(RuntimeHintsPredicates.reflection()
			.onFieldAccess(ClassUtils.forName(type, getClass().getClassLoader()).getDeclaredField(field)))
			.accepts(hints());
	}

	@Test
	void aNativeImageKnowsTheConstructorOfThePool() throws ReflectiveOperationException {
		Class<?> pool = Class.forName(SPRING + "lettuce.LettucePoolingConnectionProvider");

		assertThat(RuntimeHintsPredicates.reflection().onConstructorInvocation(pool.getDeclaredConstructors()[0]))
			.accepts(hints());
	}

	private static RuntimeHints hints() {
		RuntimeHints hints = new RuntimeHints();
		new RedisRuntimeHints().registerHints(hints, RedisRuntimeHintsTests.class.getClassLoader());
		return hints;
	}

}
