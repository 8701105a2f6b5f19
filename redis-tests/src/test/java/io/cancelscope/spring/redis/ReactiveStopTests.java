package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.DeadlineExceededException;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;
import redis.clients.jedis.Jedis;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reactive commands end with the subscription that their scope cancels.
 */
class ReactiveStopTests {

	private static final int ROUNDS = Integer.getInteger("cancel-scope.test.races", 20);

	private static TestRedis server;

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		server = TestRedis.start();
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + server.port(), "spring.main.banner-mode=off",
					"spring.data.redis.lettuce.pool.enabled=false")
			.run();
	}

	@AfterAll
	static void stop() {
		if (context != null) {
			context.close();
		}
		if (server != null) {
			server.close();
		}
	}

	@Test
	void anOrdinaryCommandEnds() {
		Reader reader = context.getBean(Reader.class);
		ReactiveStringRedisTemplate redis = context.getBean(ReactiveStringRedisTemplate.class);
		assertThat(redis.opsForValue().set("key", "value").block(TestRedis.LONG)).isTrue();
		server.freeze();
		try {
			StepVerifier.create(reader.get("other"))
				.expectError(DeadlineExceededException.class)
				.verify(TestRedis.LONG);
		}
		finally {
			server.thaw();
		}

		assertThat(redis.opsForValue().get("key").block(TestRedis.LONG)).isEqualTo("value");
	}

	/** Without a pool, its connection is closed with the subscription. */
	@Test
	void aBlockingCommandTakesNothing() {
		Reader reader = context.getBean(Reader.class);
		StepVerifier.create(reader.pop("list")).expectError(DeadlineExceededException.class).verify(TestRedis.LONG);
		server.awaitBlockedClients(0);

		try (Jedis admin = server.admin()) {
			admin.rpush("list", "element");
			assertThat(admin.llen("list")).isEqualTo(1);
		}
		ReactiveStringRedisTemplate redis = context.getBean(ReactiveStringRedisTemplate.class);
		assertThat(redis.opsForList().leftPop("list").block(TestRedis.LONG)).isEqualTo("element");
	}

	/** The next user of the connection gets it when the server has ended the command. */
	@Test
	void aBlockingCommandOnAPooledConnectionTakesNothing() {
		try (ConfigurableApplicationContext pooled = pooled()) {
			Reader reader = pooled.getBean(Reader.class);
			ReactiveStringRedisTemplate redis = pooled.getBean(ReactiveStringRedisTemplate.class);
			// The connection is there, so the command is at the server before the
			// deadline.
			redis.opsForList().rightPush("pooled", "first").block(TestRedis.LONG);
			assertThat(onceFree(redis.opsForList().leftPop("pooled", TestRedis.LONG)).block(TestRedis.LONG))
				.isEqualTo("first");
			StepVerifier.create(reader.pop("pooled"))
				.expectError(DeadlineExceededException.class)
				.verify(TestRedis.LONG);
			server.awaitBlockedClients(0);

			try (Jedis admin = server.admin()) {
				admin.rpush("pooled", "element");
				assertThat(admin.llen("pooled")).isEqualTo(1);
			}
			assertThat(onceFree(redis.opsForList().leftPop("pooled", TestRedis.LONG)).block(TestRedis.LONG))
				.isEqualTo("element");
		}
	}

	/** There is one connection, so what one leaves behind would meet the next one. */
	@Test
	void theNextUserOfAPooledConnectionIsNotHurt() {
		try (ConfigurableApplicationContext pooled = pooled()) {
			ReactiveStringRedisTemplate redis = pooled.getBean(ReactiveStringRedisTemplate.class);
			for (int i = 0; i < ROUNDS; i++) {
				String list = "round-" + i;
				Disposable pop = redis.opsForList().leftPop(list, Duration.ofSeconds(40)).subscribe();
				server.awaitBlockedClients(1);
				pop.dispose();
				CompletableFuture<String> next = onceFree(
						redis.opsForList().leftPop(list + "-own", Duration.ofSeconds(40)))
					.toFuture();
				try (Jedis admin = server.admin()) {
					admin.rpush(list + "-own", "own");
					assertThat(next).succeedsWithin(TestRedis.LONG).isEqualTo("own");

					admin.rpush(list, "element");
					assertThat(admin.llen(list)).isEqualTo(1);
				}
			}
		}
	}

	/** It arrives when its subscriber has left, and would count for the pool for ever. */
	@Test
	void aPooledConnectionThatComesLateIsNotLost() {
		try (ConfigurableApplicationContext pooled = pooled()) {
			ReactiveStringRedisTemplate redis = pooled.getBean(ReactiveStringRedisTemplate.class);
			// By the shared connection, of another pool.
			assertThat(redis.opsForList().rightPush("late", "element").block(TestRedis.LONG)).isEqualTo(1);
			server.freeze();
			try {
				StepVerifier.create(pooled.getBean(Reader.class).pop("late"))
					.expectError(DeadlineExceededException.class)
					.verify(TestRedis.LONG);
			}
			finally {
				server.thaw();
			}

			assertThat(onceFree(redis.opsForList().leftPop("late", TestRedis.LONG)).block(TestRedis.LONG))
				.isEqualTo("element");
		}
	}

	/** A pool that has no connection left fails at once. */
	private static <T> Mono<T> onceFree(Mono<T> mono) {
		return mono.retryWhen(Retry.fixedDelay(3_000, Duration.ofMillis(10)));
	}

	private static ConfigurableApplicationContext pooled() {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + server.port(), "spring.main.banner-mode=off",
					"spring.data.redis.lettuce.pool.enabled=true", "spring.data.redis.lettuce.pool.max-active=1",
					// It would have the only connection.
					"cancel-scope.redis.close-after=20s")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Reader reader(ReactiveStringRedisTemplate redis) {
			return new Reader(redis);
		}

	}

	static class Reader {

		private final ReactiveStringRedisTemplate redis;

		Reader(ReactiveStringRedisTemplate redis) {
			this.redis = redis;
		}

		@CancelScoped("300ms")
		Mono<String> get(String key) {
			return this.redis.opsForValue().get(key);
		}

		@CancelScoped("300ms")
		Mono<String> pop(String key) {
			return this.redis.opsForList().leftPop(key, Duration.ofSeconds(40));
		}

	}

}
