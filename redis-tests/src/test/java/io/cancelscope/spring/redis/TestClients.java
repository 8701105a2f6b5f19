package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Connection factories of Lettuce and Jedis, reached as the auto-configuration does it.
 */
final class TestClients implements AutoCloseable {

	static final CancelScopeRedisProperties PATIENT = new CancelScopeRedisProperties(true, Duration.ofSeconds(20),
			CancelScopeRedisProperties.OnCancel.FAIL);

	private final ClientResources resources = DefaultClientResources.builder()
		.ioThreadPoolSize(2)
		.computationThreadPoolSize(2)
		.build();

	private final LettuceConnectionFactory shared;

	private final LettuceConnectionFactory pooled;

	private final LettuceConnectionFactory dedicated;

	private final JedisConnectionFactory jedis;

	TestClients(int port, CancelScopeRedisProperties properties) {
		NettyLeaks.watch();
		this.shared = factory(port, plain(), properties, true);
		this.dedicated = factory(port, plain(), properties, false);
		this.pooled = factory(port, pool(1), properties, false);
		this.jedis = jedis(port, properties);
	}

	private static JedisConnectionFactory jedis(int port, CancelScopeRedisProperties properties) {
		GenericObjectPoolConfig<Object> config = new GenericObjectPoolConfig<>();
		config.setMaxTotal(1);
		JedisConnectionFactory factory = new JedisConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", port),
				JedisClientConfiguration.builder()
					.readTimeout(Duration.ofSeconds(60))
					.usePooling()
					.poolConfig(config)
					.build());
		factory.afterPropertiesSet();
		factory.start();
		new JedisFactories(() -> properties).postProcessAfterInitialization(factory, "factory");
		return factory;
	}

	private LettuceClientConfiguration plain() {
		return LettuceClientConfiguration.builder()
			.clientResources(this.resources)
			.commandTimeout(Duration.ofSeconds(60))
			.shutdownQuietPeriod(Duration.ZERO)
			.build();
	}

	private LettuceClientConfiguration pool(int size) {
		GenericObjectPoolConfig<StatefulConnection<?, ?>> config = new GenericObjectPoolConfig<>();
		config.setMaxTotal(size);
		return LettucePoolingClientConfiguration.builder()
			.poolConfig(config)
			.clientResources(this.resources)
			.commandTimeout(Duration.ofSeconds(60))
			.shutdownQuietPeriod(Duration.ZERO)
			.build();
	}

	private static LettuceConnectionFactory factory(int port, LettuceClientConfiguration configuration,
			CancelScopeRedisProperties properties, boolean share) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", port), configuration);
		factory.setShareNativeConnection(share);
		factory.afterPropertiesSet();
		new LettuceFactories(() -> properties).postProcessAfterInitialization(factory, "factory");
		return factory;
	}

	/**
	 * A template on a connection that all share, on a pool of one, or on one per call; or
	 * a pool of one of Jedis.
	 */
	StringRedisTemplate template(String kind) {
		StringRedisTemplate template = new StringRedisTemplate(factory(kind));
		template.afterPropertiesSet();
		return template;
	}

	RedisConnectionFactory factory(String kind) {
		return switch (kind) {
			case "shared" -> this.shared;
			case "pooled" -> this.pooled;
			case "dedicated" -> this.dedicated;
			case "jedis" -> this.jedis;
			default -> throw new IllegalArgumentException(kind);
		};
	}

	@Override
	public void close() {
		this.shared.destroy();
		this.pooled.destroy();
		this.dedicated.destroy();
		this.jedis.destroy();
		this.resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
		NettyLeaks.assertNone();
	}

}
