package io.cancelscope.spring.redis;

import java.time.Duration;

import io.cancelscope.DeadlineExceededException;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
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
