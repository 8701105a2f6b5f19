package io.cancelscope.spring.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The rules of transactions, pipelines and subscriptions.
 */
class CommandRulesTests {

	private static final CancelScopes scopes = CancelScopes.create();

	private static final ScheduledExecutorService CANCELLER = Executors.newSingleThreadScheduledExecutor();

	private static TestRedis redis;

	private static TestClients clients;

	@BeforeAll
	static void start() {
		redis = TestRedis.start();
		clients = new TestClients(redis.port(), TestClients.PATIENT);
	}

	@AfterAll
	static void stop() {
		CANCELLER.shutdown();
		if (clients != null) {
			clients.close();
			redis.close();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "dedicated", "jedis" })
	void aTransactionOfACancelledScopeIsDiscarded(String kind) {
		StringRedisTemplate template = clients.template(kind);
		Throwable failure = catchThrowable(() -> template.execute(new SessionCallback<List<Object>>() {

			@Override
			@SuppressWarnings("unchecked") // the keys and values of the template
			public <K, V> List<Object> execute(RedisOperations<K, V> operations) throws DataAccessException {
				RedisOperations<String, String> strings = (RedisOperations<String, String>) operations;
				try (OpenScope scope = scopes.open(ScopeOptions.named("mine"))) {
					strings.multi();
					strings.opsForValue().set(kind + "-a", "value");
					strings.opsForValue().set(kind + "-b", "value");
					scope.cancel("for the test");
					return strings.exec();
				}
			}

		}));

		assertThat(failure).isInstanceOf(DataAccessException.class);
		assertThat(ScopeCancelledException.findIn(failure)).isNotNull();
		assertThat(template.opsForValue().get(kind + "-a")).isNull();
		assertThat(template.opsForValue().get(kind + "-b")).isNull();
		// Were the transaction open still, this would be queued.
		template.opsForValue().set(kind + "-c", "value");
		try (Jedis admin = redis.admin()) {
			assertThat(admin.get(kind + "-c")).isEqualTo("value");
		}
		assertThat(transaction(template, kind + "-d")).hasSize(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "dedicated", "jedis" })
	void aTransactionIsCompleteWithinItsScope(String kind) {
		StringRedisTemplate template = clients.template(kind);
		try (OpenScope scope = scopes.open(ScopeOptions.timeout(Duration.ofSeconds(30)))) {
			assertThat(transaction(template, kind + "-e")).hasSize(2);
			assertThat(scope.isCancelled()).isFalse();
		}
		assertThat(template.opsForValue().get(kind + "-e")).isEqualTo("value");
	}

	private static List<Object> transaction(StringRedisTemplate template, String key) {
		return template.execute(new SessionCallback<List<Object>>() {

			@Override
			@SuppressWarnings("unchecked") // the keys and values of the template
			public <K, V> List<Object> execute(RedisOperations<K, V> operations) throws DataAccessException {
				RedisOperations<String, String> strings = (RedisOperations<String, String>) operations;
				strings.multi();
				strings.opsForValue().set(key, "value");
				strings.opsForValue().get(key);
				return strings.exec();
			}

		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "jedis" })
	void aPipelineIsLeft(String kind) {
		StringRedisTemplate template = clients.template(kind);
		template.opsForValue().set("key", "value");
		Throwable failure;
		try (OpenScope scope = scopes.open(ScopeOptions.named("mine"))) {
			failure = catchThrowable(() -> template.executePipelined((RedisCallback<Object>) (connection) -> {
				connection.stringCommands().get(bytes("key"));
				redis.freeze();
				connection.stringCommands().get(bytes("key"));
				CANCELLER.schedule(() -> scope.cancel("for the test"), 50, TimeUnit.MILLISECONDS);
				return null;
			}));
		}
		finally {
			redis.thaw();
		}

		assertThat(failure).isInstanceOf(DataAccessException.class);
		assertThat(ScopeCancelledException.findIn(failure)).isNotNull();
		assertThat(template.opsForValue().get("key")).isEqualTo("value");
		assertThat(template.executePipelined((RedisCallback<Object>) (connection) -> {
			connection.stringCommands().get(bytes("key"));
			return null;
		})).containsExactly("value");
	}

	@Test
	void aSubscriptionOutlivesTheScope() throws Exception {
		CountDownLatch received = new CountDownLatch(1);
		RedisConnection connection = clients.factory("shared").getConnection();
		try (connection) {
			try (OpenScope scope = scopes.open(ScopeOptions.named("mine"))) {
				connection.subscribe((message, pattern) -> received.countDown(), bytes("channel"));
				scope.cancel("for the test");
			}
			try (Jedis admin = redis.admin()) {
				// The subscription may not have reached the server.
				for (int i = 0; i < 3_000 && !received.await(10, TimeUnit.MILLISECONDS); i++) {
					admin.publish("channel", "message");
				}
			}
		}
		assertThat(received.getCount()).isZero();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
