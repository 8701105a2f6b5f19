package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * The wait for a connection ends with the scope, and no connection is lost.
 * {@code -Dcancel-scope.test.races=5000} says how often that is raced.
 */
class ConnectionWaitTests {

	private static final int RACES = Integer.getInteger("cancel-scope.test.races", 500);

	private static final CancelScopes scopes = CancelScopes.create();

	private static ExecutorService executor;

	private static TestRedis redis;

	@BeforeAll
	static void start() {
		redis = TestRedis.start();
		executor = Executors.newCachedThreadPool();
	}

	@AfterAll
	static void stop() {
		if (redis != null) {
			executor.shutdown();
			redis.close();
		}
	}

	static Stream<Arguments> pools() {
		return Stream.of("pooled", "jedis")
			.flatMap((kind) -> Stream.of("deadline", "cancel")
				.flatMap((cause) -> threads().map((thread) -> Arguments.of(kind, cause, thread))));
	}

	private static Stream<String> threads() {
		return (Runtime.version().feature() >= 21) ? Stream.of("platform", "virtual") : Stream.of("platform");
	}

	private static ExecutorService executor(String thread) throws ReflectiveOperationException {
		return thread.equals("virtual")
				? (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null)
				: Executors.newSingleThreadExecutor();
	}

	@ParameterizedTest
	@MethodSource("pools")
	void theWaitForAPooledConnectionEnds(String kind, String cause, String thread) throws Exception {
		TestClients clients = new TestClients(redis.port(), TestClients.PATIENT);
		ExecutorService callers = executor(thread);
		try (clients) {
			StringRedisTemplate template = clients.template(kind);
			Held held = Held.of(clients, kind);
			try (held) {
				CompletableFuture<OpenScope> opened = new CompletableFuture<>();
				CompletableFuture<Throwable> ended = CompletableFuture
					.supplyAsync(() -> failure(opened, cause.equals("deadline") ? Duration.ofMillis(100) : null,
							() -> template.opsForValue().get("key")), callers);
				OpenScope scope = opened.get(30, TimeUnit.SECONDS);
				if (cause.equals("cancel")) {
					assertThat(ended).isNotDone();
					scope.cancel("for the test");
				}

				assertCancelled(ended.get(30, TimeUnit.SECONDS));
			}
			assertPoolIsFull(template);
			awaitClients(1);
		}
		finally {
			callers.shutdown();
		}
	}

	/** The pool is full with a connection that is not there yet. */
	@ParameterizedTest
	@ValueSource(strings = { "pooled", "jedis" })
	void theWaitForAConnectionThatAnotherThreadOpensEnds(String kind) throws Exception {
		TestClients clients = new TestClients(redis.port(), TestClients.PATIENT);
		try (clients) {
			StringRedisTemplate template = clients.template(kind);
			CompletableFuture<String> opened = new CompletableFuture<>();
			Thread opener = new Thread(() -> {
				try {
					opened.complete(template.opsForValue().get("nothing"));
				}
				catch (RuntimeException ex) {
					opened.completeExceptionally(ex);
				}
			});
			redis.freeze();
			try {
				opener.start();
				await().atMost(TestRedis.LONG)
					.until(() -> Stream.of(opener.getStackTrace())
						.anyMatch((frame) -> frame.getMethodName().equals("makeObject")));
				CompletableFuture<Throwable> ended = CompletableFuture
					.supplyAsync(() -> failure(new CompletableFuture<>(), Duration.ofMillis(100),
							() -> template.opsForValue().get("key")), executor);

				assertCancelled(ended.get(30, TimeUnit.SECONDS));
			}
			finally {
				redis.thaw();
			}
			assertThat(opened.get(30, TimeUnit.SECONDS)).isNull();
			assertPoolIsFull(template);
		}
	}

	/** Whoever waits longer than another one that leaves gets the connection. */
	@ParameterizedTest
	@ValueSource(strings = { "pooled", "jedis" })
	void othersThatWaitAreServed(String kind) throws Exception {
		TestClients clients = new TestClients(redis.port(), TestClients.PATIENT);
		try (clients) {
			StringRedisTemplate template = clients.template(kind);
			template.opsForValue().set("key", "value");
			List<CompletableFuture<String>> patient = new ArrayList<>();
			List<CompletableFuture<Throwable>> leaving = new ArrayList<>();
			Held held = Held.of(clients, kind);
			try (held) {
				for (int i = 0; i < 10; i++) {
					leaving.add(CompletableFuture.supplyAsync(() -> failure(new CompletableFuture<>(),
							Duration.ofMillis(100), () -> template.opsForValue().get("key")), executor));
					patient.add(CompletableFuture.supplyAsync(() -> template.opsForValue().get("key"), executor));
				}
				for (CompletableFuture<Throwable> each : leaving) {
					assertCancelled(each.get(30, TimeUnit.SECONDS));
				}
			}
			for (CompletableFuture<String> each : patient) {
				assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo("value");
			}
		}
	}

	/** The connection comes back at the moment when its scope is cancelled. */
	@ParameterizedTest
	@ValueSource(strings = { "pooled", "jedis" })
	void noPooledConnectionIsLost(String kind) throws Exception {
		TestClients clients = new TestClients(redis.port(), TestClients.PATIENT);
		int left = 0;
		try (clients) {
			StringRedisTemplate template = clients.template(kind);
			for (int race = 0; race < RACES; race++) {
				CompletableFuture<OpenScope> opened = new CompletableFuture<>();
				CompletableFuture<Throwable> ended;
				Held held = Held.of(clients, kind);
				try (held) {
					ended = CompletableFuture
						.supplyAsync(() -> failure(opened, null, () -> template.opsForValue().get("key")), executor);
					OpenScope scope = opened.get(30, TimeUnit.SECONDS);
					long pause = (race % 50) * 10_000L;
					spin(pause);
					CompletableFuture.runAsync(() -> {
						spin(pause);
						scope.cancel("for the test");
					}, executor);
					spin((race % 3 == 0) ? 0 : pause / 2);
				}
				Throwable failure = ended.get(30, TimeUnit.SECONDS);
				if (failure != null) {
					assertCancelled(failure);
					left++;
				}
				assertPoolIsFull(template);
			}
			awaitClients(1);
		}
		System.out.println("pool waits " + kind + ": " + left + " ended, none lost of " + RACES);
	}

	/** The server accepts connections, and does not answer. */
	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "dedicated", "jedis" })
	void aConnectionThatComesLateIsKeptForTheNextCaller(String kind) {
		TestClients clients = new TestClients(redis.port(), TestClients.PATIENT);
		try (clients; Jedis admin = redis.admin()) {
			StringRedisTemplate template = clients.template(kind);
			int before = redis.connectionsReceived(admin);
			redis.freeze();
			try {
				for (int i = 0; i < 3; i++) {
					assertCancelled(failure(new CompletableFuture<>(), Duration.ofMillis(100),
							() -> template.opsForValue().get("key")));
				}
			}
			finally {
				redis.thaw();
			}
			assertPoolIsFull(template);

			// Without a pool, each command has one.
			assertThat(redis.connectionsReceived(admin) - before).isEqualTo(kind.equals("dedicated") ? 2 : 1);
		}
		// Those that stay for the next caller are closed with the factory.
		awaitClients(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "dedicated", "jedis" })
	void noConnectionThatIsBeingOpenedIsLost(String kind) throws Exception {
		TestClients clients = new TestClients(redis.port(), TestClients.PATIENT);
		int left = 0;
		int races = Math.max(50, RACES / 5);
		try (clients) {
			for (int race = 0; race < races; race++) {
				CompletableFuture<OpenScope> opened = new CompletableFuture<>();
				StringRedisTemplate template = clients.template(kind);
				if (kind.equals("jedis")) {
					clearJedisPool(clients);
				}
				CompletableFuture<Throwable> ended = CompletableFuture
					.supplyAsync(() -> failure(opened, null, () -> template.opsForValue().get("key")), executor);
				OpenScope scope = opened.get(30, TimeUnit.SECONDS);
				spin((race % 50) * 50_000L);
				scope.cancel("for the test");
				Throwable failure = ended.get(30, TimeUnit.SECONDS);
				if (failure != null) {
					assertCancelled(failure);
					left++;
				}
			}
			assertPoolIsFull(clients.template(kind));
			// One that is pooled, and one that is kept.
			await().atMost(TestRedis.LONG).until(() -> redis.clients() <= 2);
		}
		awaitClients(0);
		System.out.println("openings " + kind + ": " + left + " ended, none lost of " + races);
	}

	private static void clearJedisPool(TestClients clients) {
		RedisConnection connection = clients.factory("jedis").getConnection();
		try (connection) {
			((RedisClient) connection.getNativeConnection()).getPool().clear();
		}
	}

	/** A foreign interrupt is none of ours: it ends the wait with its own exception. */
	@ParameterizedTest
	@ValueSource(strings = { "pooled", "jedis" })
	void aForeignInterruptEndsTheWaitAsEver(String kind) throws Exception {
		TestClients clients = new TestClients(redis.port(), TestClients.PATIENT);
		try (clients) {
			StringRedisTemplate template = clients.template(kind);
			Held held = Held.of(clients, kind);
			try (held; OpenScope scope = scopes.open(ScopeOptions.named("mine"))) {
				Thread.currentThread().interrupt();
				Throwable failure = catchThrowable(() -> template.opsForValue().get("key"));

				assertThat(failure).hasRootCauseInstanceOf(InterruptedException.class);
				assertThat(ScopeCancelledException.findIn(failure)).isNull();
				assertThat(scope.isCancelled()).isFalse();
			}
			assertPoolIsFull(template);
		}
	}

	private static Throwable failure(CompletableFuture<OpenScope> opened, Duration timeout, Callable<?> work) {
		try (OpenScope scope = scopes.open(ScopeOptions.named("mine").withTimeout(timeout))) {
			opened.complete(scope);
			return catchThrowable(work::call);
		}
	}

	private static void assertCancelled(Throwable failure) {
		assertThat(failure).isInstanceOf(QueryTimeoutException.class);
		assertThat(ScopeCancelledException.findIn(failure)).hasMessageContaining("'mine'");
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	/** Otherwise it would wait for ever. */
	private static void assertPoolIsFull(StringRedisTemplate template) {
		boolean full = scopes.call(ScopeOptions.named("full").withTimeout(TestRedis.LONG), (scope) -> {
			template.opsForValue().set("full", "value");
			return "value".equals(template.opsForValue().get("full"));
		});
		assertThat(full).isTrue();
	}

	private static void awaitClients(int number) {
		await().atMost(TestRedis.LONG).until(() -> redis.clients() == number);
	}

	private static void spin(long nanos) {
		long end = System.nanoTime() + nanos;
		while (System.nanoTime() - end < 0) {
			Thread.onSpinWait();
		}
	}

	/** The only connection of a pool, which a transaction keeps. */
	private record Held(RedisConnection connection) implements AutoCloseable {

		static Held of(TestClients clients, String kind) {
			RedisConnection connection = clients.factory(kind).getConnection();
			connection.multi();
			return new Held(connection);
		}

		@Override
		public void close() {
			this.connection.discard();
			this.connection.close();
		}

	}

}
