package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A cancellation meets the reply of the server. {@code -Dcancel-scope.test.races=5000}
 * says how often.
 */
class CommandRaceTests {

	private static final int RACES = Integer.getInteger("cancel-scope.test.races", 200);

	private static final CancelScopes scopes = CancelScopes.create();

	private static TestRedis redis;

	private static TestClients clients;

	private static ExecutorService executor;

	@BeforeAll
	static void start() {
		redis = TestRedis.start();
		clients = new TestClients(redis.port(), TestClients.PATIENT);
		executor = Executors.newFixedThreadPool(2);
	}

	@AfterAll
	static void stop() {
		if (clients != null) {
			executor.shutdown();
			clients.close();
			redis.close();
		}
	}

	/**
	 * The pool has one connection, so what a stopped command leaves behind would meet the
	 * next one.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "jedis" })
	void anElementIsReturnedOrStays(String kind) throws Exception {
		StringRedisTemplate template = clients.template(kind);
		int returned = 0;
		int stayed = 0;
		try (Jedis admin = redis.admin()) {
			for (int race = 0; race < RACES; race++) {
				int i = race;
				String list = "list-" + kind + "-" + i;
				String element = "element-" + i;
				CompletableFuture<OpenScope> opened = new CompletableFuture<>();
				CompletableFuture<String> popped = CompletableFuture.supplyAsync(() -> pop(template, list, opened),
						executor);
				OpenScope scope = opened.get(30, TimeUnit.SECONDS);
				if (i % 4 != 0) {
					redis.awaitBlockedClients(1);
				}
				long pause = (i % 50) * 20_000L;
				CompletableFuture<Void> cancelled = CompletableFuture.runAsync(() -> {
					spin((i % 2 == 0) ? 0 : pause);
					scope.cancel("for the test");
				}, executor);
				spin((i % 2 == 0) ? pause : 0);
				admin.rpush(list, element);
				cancelled.get(30, TimeUnit.SECONDS);

				String value = popped.get(30, TimeUnit.SECONDS);
				String left = admin.lpop(list);

				assertThat((value != null) ? value : left).as("in race %d", i).isEqualTo(element);
				assertThat((value != null) ? left : null).as("returned and there, in race %d", i).isNull();
				if (value != null) {
					returned++;
				}
				else {
					stayed++;
				}
			}
			// The next one gets its own.
			assertThat(template.opsForValue().get("nothing")).isNull();
			assertThat(redis.blockedClients()).isZero();
		}
		System.out
			.println("pops " + kind + ": " + returned + " returned, " + stayed + " stayed, none lost of " + RACES);
	}

	private static String pop(StringRedisTemplate template, String list, CompletableFuture<OpenScope> opened) {
		try (OpenScope scope = scopes.open(ScopeOptions.named("mine"))) {
			opened.complete(scope);
			return template.opsForList().leftPop(list, Duration.ofSeconds(40));
		}
		catch (QueryTimeoutException ex) {
			assertThat(ScopeCancelledException.findIn(ex)).isNotNull();
			return null;
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "jedis" })
	void theNextReplyIsNeverAnothers(String kind) throws Exception {
		StringRedisTemplate template = clients.template(kind);
		template.opsForValue().set("key", "value");
		int stopped = 0;
		for (int race = 0; race < RACES; race++) {
			int i = race;
			template.opsForValue().set("key-" + (i % 10), "value-" + i);
			try (OpenScope scope = scopes.open(ScopeOptions.named("mine"))) {
				long pause = (i % 20) * 10_000L;
				CompletableFuture<Void> cancelled = CompletableFuture.runAsync(() -> {
					spin(pause);
					scope.cancel("for the test");
				}, executor);
				try {
					assertThat(template.opsForValue().get("key")).isEqualTo("value");
				}
				catch (RuntimeException ex) {
					assertThat(ScopeCancelledException.findIn(ex)).isNotNull();
					stopped++;
				}
				cancelled.get(30, TimeUnit.SECONDS);
			}
			assertThat(template.opsForValue().get("key-" + (i % 10))).isEqualTo("value-" + i);
		}
		System.out.println("next reply " + kind + ": " + stopped + " stopped of " + RACES);
	}

	/** A request to unblock the connection must not reach the next command on it. */
	@ParameterizedTest
	@ValueSource(strings = { "pooled", "jedis" })
	void theNextPopIsNotUnblocked(String kind) throws Exception {
		StringRedisTemplate template = clients.template(kind);
		try (Jedis admin = redis.admin()) {
			for (int race = 0; race < RACES; race++) {
				int i = race;
				String list = "next-" + kind + i;
				CompletableFuture<OpenScope> opened = new CompletableFuture<>();
				CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> {
					String value = pop(template, list, opened);
					return value + "|" + template.opsForList().leftPop(list + "-own", Duration.ofSeconds(40));
				}, executor);
				OpenScope scope = opened.get(30, TimeUnit.SECONDS);
				redis.awaitBlockedClients(1);
				CompletableFuture<Void> cancelled = CompletableFuture.runAsync(() -> scope.cancel("for the test"),
						executor);
				if (i % 2 == 0) {
					admin.rpush(list, "element");
				}
				cancelled.get(30, TimeUnit.SECONDS);
				admin.rpush(list + "-own", "own");

				assertThat(first.get(30, TimeUnit.SECONDS)).endsWith("|own");
			}
		}
	}

	private static void spin(long nanos) {
		long end = System.nanoTime() + nanos;
		while (System.nanoTime() - end < 0) {
			Thread.onSpinWait();
		}
	}

}
