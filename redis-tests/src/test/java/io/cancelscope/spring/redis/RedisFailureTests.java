package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The server does not help: it is frozen, has no connection left, denies the request, is
 * killed. A pool has its connection again afterwards.
 */
class RedisFailureTests {

	private static final CancelScopes scopes = CancelScopes.create();

	private static final Duration POP = Duration.ofSeconds(50);

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private TestRedis redis;

	private TestClients clients;

	@BeforeEach
	void start() {
		this.redis = TestRedis.start();
		this.clients = new TestClients(this.redis.port(),
				new CancelScopeRedisProperties(true, Duration.ofMillis(100), CancelScopeRedisProperties.OnCancel.FAIL));
	}

	@AfterEach
	void stop() {
		this.executor.shutdown();
		if (this.clients != null) {
			this.clients.close();
			this.redis.close();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "jedis" })
	void theServerIsFrozen(String kind) throws Exception {
		StringRedisTemplate template = this.clients.template(kind);
		Waiting waiting = pop(template);
		this.redis.freeze();
		try {
			waiting.scope().cancel("for the test");
			waiting.assertStopped();
		}
		finally {
			this.redis.thaw();
		}
		assertIsWell(template);
	}

	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "jedis" })
	void theServerHasNoConnectionLeft(String kind) throws Exception {
		StringRedisTemplate template = this.clients.template(kind);
		Waiting waiting = pop(template);
		try (Jedis admin = this.redis.admin()) {
			admin.configSet("maxclients", "1");
			waiting.scope().cancel("for the test");
			waiting.assertStopped();
			admin.configSet("maxclients", "1000");
		}
		assertIsWell(template);
	}

	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "jedis" })
	void theServerDeniesIt(String kind) throws Exception {
		try (Jedis admin = this.redis.admin()) {
			try {
				admin.aclSetUser("default", "-client|unblock", "-client|list");
			}
			catch (JedisDataException ex) {
				assumeTrue(false, "This server cannot deny a part of a command: " + ex.getMessage());
			}
		}
		StringRedisTemplate template = this.clients.template(kind);
		Waiting waiting = pop(template);
		waiting.scope().cancel("for the test");

		waiting.assertStopped();
		assertIsWell(template);
	}

	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "jedis" })
	void theServerIsKilled(String kind) throws Exception {
		Waiting waiting = pop(this.clients.template(kind));
		this.redis.kill();
		waiting.scope().cancel("for the test");

		assertThat(waiting.ended().get(30, TimeUnit.SECONDS)).isInstanceOf(DataAccessException.class);
	}

	@Test
	void twoHundredAtOnce() throws Exception {
		StringRedisTemplate template = this.clients.template("dedicated");
		CountDownLatch begun = new CountDownLatch(200);
		List<CompletableFuture<Throwable>> all = new ArrayList<>();
		try (OpenScope scope = scopes.open(ScopeOptions.named("mine"))) {
			for (int i = 0; i < 200; i++) {
				all.add(CompletableFuture.supplyAsync(scope.wrapSupplier(() -> {
					begun.countDown();
					return catchThrowable(() -> template.opsForList().leftPop("list", POP));
				}), this.executor));
			}
			assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
			this.redis.awaitBlockedClients(200);
			scope.cancel("for the test");
			for (CompletableFuture<Throwable> each : all) {
				assertThat(ScopeCancelledException.findIn(each.get(30, TimeUnit.SECONDS))).isNotNull();
			}
		}
		this.redis.awaitBlockedClients(0);
		assertIsWell(template);
	}

	/** What was stopped takes no element, and others can use the connection. */
	private void assertIsWell(StringRedisTemplate template) {
		this.redis.awaitBlockedClients(0);
		try (Jedis admin = this.redis.admin()) {
			admin.rpush("list", "element");
			assertThat(admin.llen("list")).isEqualTo(1);
		}
		assertThat(template.opsForList().leftPop("list", POP)).isEqualTo("element");
	}

	/** A pop that waits at the server, in a scope. */
	private Waiting pop(StringRedisTemplate template) throws Exception {
		template.opsForValue().set("warm", "value");
		CompletableFuture<OpenScope> opened = new CompletableFuture<>();
		CompletableFuture<Throwable> ended = CompletableFuture.supplyAsync(() -> {
			try (OpenScope scope = scopes.open(ScopeOptions.named("mine"))) {
				opened.complete(scope);
				return catchThrowable(() -> template.opsForList().leftPop("list", POP));
			}
		}, this.executor);
		OpenScope scope = opened.get(30, TimeUnit.SECONDS);
		this.redis.awaitBlockedClients(1);
		return new Waiting(scope, ended);
	}

	private record Waiting(OpenScope scope, CompletableFuture<Throwable> ended) {

		void assertStopped() throws Exception {
			Throwable failure = this.ended.get(30, TimeUnit.SECONDS);
			assertThat(failure).isInstanceOf(DataAccessException.class);
			assertThat(ScopeCancelledException.findIn(failure)).isNotNull();
		}

	}

}
