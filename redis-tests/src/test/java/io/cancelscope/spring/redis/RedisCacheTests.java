package io.cancelscope.spring.redis;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
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
import org.springframework.cache.Cache;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.interceptor.CacheErrorHandler;
import org.springframework.cache.interceptor.CacheInterceptor;
import org.springframework.cache.support.NoOpCache;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.cache.RedisCacheManager;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * A cache in Redis that is cancelled fails or misses.
 */
class RedisCacheTests {

	private static final ScheduledExecutorService CANCELLER = Executors.newSingleThreadScheduledExecutor();

	private static TestRedis server;

	@BeforeAll
	static void start() {
		server = TestRedis.start();
	}

	@AfterAll
	static void stop() {
		CANCELLER.shutdown();
		if (server != null) {
			server.close();
		}
	}

	private static ConfigurableApplicationContext run(String property) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.data.redis.port=" + server.port(), "spring.main.banner-mode=off", property)
			.run();
	}

	@Test
	void byDefaultItFails() {
		try (ConfigurableApplicationContext context = run("none=none")) {
			Quotes quotes = context.getBean(Quotes.class);
			assertThat(quotes.quote("warm")).isEqualTo("quote 1");
			try (Jedis admin = server.admin()) {
				await().atMost(TestRedis.LONG).until(() -> admin.exists("quotes::warm"));
			}
			Throwable failure = catchThrowable(() -> cancelWhileFrozen(context, () -> quotes.quote("a")));

			assertThat(ScopeCancelledException.findIn(failure)).isNotNull();
			assertThat(quotes.quote("other")).isEqualTo("quote 2");
			assertThat(quotes.quote("warm")).isEqualTo("quote 1");
		}
	}

	@Test
	void itMissesIfAskedFor() throws Exception {
		try (ConfigurableApplicationContext context = run("cancel-scope.redis.on-cancel=miss")) {
			Quotes quotes = context.getBean(Quotes.class);
			assertThat(quotes.quote("d")).isEqualTo("quote 1");

			assertThat(cancelWhileFrozen(context, () -> quotes.quote("b"))).isEqualTo("quote 2");
			// It has not been cached.
			assertThat(quotes.quote("b")).isEqualTo("quote 3");
		}
	}

	/** Spring writes to the cache in the background by default, so nobody is told. */
	@Test
	void anEvictionNeverMisses() {
		try (ConfigurableApplicationContext context = run("cancel-scope.redis.on-cancel=miss");
				OpenScope scope = context.getBean(CancelScopes.class).open(ScopeOptions.named("mine"))) {
			scope.cancel("for the test");
			RuntimeException failure = new QueryTimeoutException("cancelled", scope.exception());
			Cache cache = context.getBean(RedisCacheManager.class).getCache("quotes");
			CacheErrorHandler handler = context.getBean(CacheInterceptor.class).getErrorHandler();

			assertThatNoException().isThrownBy(() -> handler.handleCacheGetError(failure, cache, "key"));
			assertThatNoException().isThrownBy(() -> handler.handleCachePutError(failure, cache, "key", "value"));
			assertThatThrownBy(() -> handler.handleCacheEvictError(failure, cache, "key")).isSameAs(failure);
			assertThatThrownBy(() -> handler.handleCacheClearError(failure, cache)).isSameAs(failure);
			RuntimeException other = new IllegalStateException("other");
			assertThatThrownBy(() -> handler.handleCacheGetError(other, cache, "key")).isSameAs(other);
			assertThatThrownBy(() -> handler.handleCacheGetError(failure, new NoOpCache("none"), "key"))
				.isSameAs(failure);
		}
	}

	/** The cache is read with the subscription, which ends with the scope. */
	@Test
	void aReactiveMethodEndsWhileTheCacheIsRead() {
		try (ConfigurableApplicationContext context = run("none=none")) {
			Quotes quotes = context.getBean(Quotes.class);
			assertThat(quotes.later("now").block(TestRedis.LONG)).isEqualTo("quote 1");
			assertThat(quotes.later("now").block(TestRedis.LONG)).isEqualTo("quote 1");
			Callers callers = context.getBean(Callers.class);
			server.freeze();
			try {
				StepVerifier.create(callers.later("f"))
					.expectError(DeadlineExceededException.class)
					.verify(TestRedis.LONG);
			}
			finally {
				server.thaw();
			}

			// Neither has it been called.
			assertThat(quotes.later("g").block(TestRedis.LONG)).isEqualTo("quote 2");
		}
	}

	private static Object cancelWhileFrozen(ConfigurableApplicationContext context, Callable<?> work) throws Exception {
		server.freeze();
		try (OpenScope scope = context.getBean(CancelScopes.class).open(ScopeOptions.named("mine"))) {
			CANCELLER.schedule(() -> scope.cancel("for the test"), 50, TimeUnit.MILLISECONDS);
			return work.call();
		}
		finally {
			server.thaw();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableCaching
	static class Application {

		@Bean
		RedisCacheManager cacheManager(RedisConnectionFactory factory) {
			return RedisCacheManager.create(factory);
		}

		@Bean
		Quotes quotes() {
			return new Quotes();
		}

		@Bean
		Callers callers(Quotes quotes) {
			return new Callers(quotes);
		}

	}

	static class Quotes {

		private final AtomicInteger calls = new AtomicInteger();

		@Cacheable("quotes")
		public String quote(String key) {
			return "quote " + this.calls.incrementAndGet();
		}

		@Cacheable("later")
		public Mono<String> later(String key) {
			return Mono.fromSupplier(() -> "quote " + this.calls.incrementAndGet());
		}

	}

	static class Callers {

		private final Quotes quotes;

		Callers(Quotes quotes) {
			this.quotes = quotes;
		}

		@CancelScoped("300ms")
		public Mono<String> later(String key) {
			return this.quotes.later(key);
		}

	}

}
