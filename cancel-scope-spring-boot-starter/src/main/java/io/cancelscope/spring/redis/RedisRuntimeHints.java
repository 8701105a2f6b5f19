package io.cancelscope.spring.redis;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * The fields and the constructor that a native image has to know of.
 */
final class RedisRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		ReflectionHints reflection = hints.reflection();
		registerFields(reflection, classLoader, "io.lettuce.core.AbstractRedisClient", "channels");
		registerFields(reflection, classLoader, "redis.clients.jedis.ConnectionFactory", "connectionBuilder");
		registerFields(reflection, classLoader, "redis.clients.jedis.UnifiedJedis", "executor", "commandObjects",
				"provider");
		registerFields(reflection, classLoader, "redis.clients.jedis.providers.SentineledConnectionProvider", "pool",
				"initPoolLock");
		registerFields(reflection, classLoader,
				"org.springframework.data.redis.connection.jedis.JedisConnectionFactory", "redisClient",
				"topologyProvider", "clusterCommandExecutor", "executor");
		registerFields(reflection, classLoader,
				"org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory", "connectionProvider",
				"reactiveConnectionProvider");
		registerFields(reflection, classLoader,
				"org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory$ExceptionTranslatingConnectionProvider",
				"delegate");
		registerFields(reflection, classLoader,
				"org.springframework.data.redis.connection.lettuce.LettucePoolingConnectionProvider",
				"connectionProvider");
		reflection.registerTypeIfPresent(classLoader,
				"org.springframework.data.redis.connection.lettuce.LettucePoolingConnectionProvider",
				MemberCategory.INVOKE_DECLARED_CONSTRUCTORS);
	}

	private static void registerFields(ReflectionHints reflection, @Nullable ClassLoader classLoader, String type,
			String... fields) {
		reflection.registerTypeIfPresent(classLoader, type, (hint) -> {
			for (String field : fields) {
				hint.withField(field);
			}
		});
	}

}
