package io.cancelscope.spring.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisListCommands.Direction;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.connection.stream.StreamReadOptions;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Commands end with their scope. The matrix that is printed shows how fast.
 */
class CommandStopTests {

	private static final Map<String, BiFunction<StringRedisTemplate, String, Object>> BLOCKING = new TreeMap<>(Map.of(
			"BLPOP", (template, key) -> template.opsForList().leftPop(key, Duration.ofSeconds(40)), //
			"BRPOP", (template, key) -> template.opsForList().rightPop(key, Duration.ofSeconds(40)), //
			"BLMOVE",
			(template, key) -> template.opsForList()
				.move(key, Direction.LEFT, key + "-2", Direction.LEFT, Duration.ofSeconds(40)), //
			"BRPOPLPUSH",
			(template, key) -> template.opsForList().rightPopAndLeftPush(key, key + "-2", Duration.ofSeconds(40)), //
			"BZPOPMIN", (template, key) -> template.opsForZSet().popMin(key, Duration.ofSeconds(40)), //
			"BZPOPMAX", (template, key) -> template.opsForZSet().popMax(key, Duration.ofSeconds(40)), //
			"XREAD", CommandStopTests::read, //
			"XREADGROUP", CommandStopTests::readGroup));

	/** Spring Data has no methods for them. */
	private static final Map<String, BiFunction<StringRedisTemplate, String, Object>> RAW = new TreeMap<>(Map.of( //
			"BLMPOP", (template, key) -> execute(template, "BLMPOP", "40", "1", key, "LEFT"), //
			"BZMPOP", (template, key) -> execute(template, "BZMPOP", "40", "1", key, "MIN"), //
			"WAIT", (template, key) -> execute(template, "WAIT", "1", "40000"), //
			"WAITAOF", (template, key) -> execute(template, "WAITAOF", "0", "1", "40000")));

	/** Writes when it has run for some time. */
	private static final RedisScript<String> SLOW = RedisScript.of("""
			local start = redis.call('TIME')
			local now = start
			repeat
				now = redis.call('TIME')
			until (now[1] - start[1]) * 1000000 + now[2] - start[2] > 400000
			redis.call('SET', KEYS[1], 'written')
			return 'done'
			""", String.class);

	private static final ScheduledExecutorService CANCELLER = Executors.newSingleThreadScheduledExecutor();

	private static final CancelScopes scopes = CancelScopes.create();

	private static final Map<String, String> TABLE = new TreeMap<>();

	private static final AtomicInteger KEYS = new AtomicInteger();

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
		TABLE.forEach((row, times) -> System.out.println(row + " " + times));
	}

	@SuppressWarnings("unchecked") // an array of a generic type
	private static Object read(StringRedisTemplate template, String key) {
		return template.opsForStream()
			.read(StreamReadOptions.empty().block(Duration.ofSeconds(40)),
					StreamOffset.create(key, ReadOffset.latest()));
	}

	@SuppressWarnings("unchecked") // an array of a generic type
	private static Object readGroup(StringRedisTemplate template, String key) {
		return template.opsForStream()
			.read(Consumer.from("group", "me"), StreamReadOptions.empty().block(Duration.ofSeconds(40)),
					StreamOffset.create(key, ReadOffset.lastConsumed()));
	}

	private static Object execute(StringRedisTemplate template, String command, String... arguments) {
		byte[][] raw = Stream.of(arguments)
			.map((argument) -> argument.getBytes(StandardCharsets.UTF_8))
			.toArray(byte[][]::new);
		return template.execute((RedisCallback<Object>) (connection) -> connection.execute(command, raw));
	}

	static Stream<Arguments> blocking() {
		return BLOCKING.keySet()
			.stream()
			.flatMap((command) -> Stream.of("shared", "pooled", "dedicated", "jedis")
				.flatMap((kind) -> Stream.of("deadline", "cancel")
					.flatMap((cause) -> threads().map((thread) -> Arguments.of(command, kind, cause, thread)))));
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
	@MethodSource("blocking")
	void aBlockingCommandEndsAtTheServerToo(String command, String kind, String cause, String thread) throws Exception {
		String key = "key-" + KEYS.incrementAndGet();
		if (command.equals("XREADGROUP")) {
			try (Jedis admin = redis.admin()) {
				admin.xgroupCreate(key, "group", null, true);
			}
		}
		assertIsStopped(BLOCKING.get(command), command, kind, cause, thread, key);
	}

	static Stream<Arguments> raw() {
		return RAW.keySet()
			.stream()
			.flatMap((command) -> Stream.of("shared", "pooled", "jedis")
				.flatMap((kind) -> Stream.of("deadline", "cancel").map((cause) -> Arguments.of(command, kind, cause))));
	}

	@ParameterizedTest
	@MethodSource("raw")
	void aBlockingCommandWithoutAMethodEndsAtTheServerToo(String command, String kind, String cause) throws Exception {
		assumeTrue(redis.knows(command), () -> "This server has no command " + command);
		assertIsStopped(RAW.get(command), command, kind, cause, "platform", "key-" + KEYS.incrementAndGet());
	}

	private void assertIsStopped(BiFunction<StringRedisTemplate, String, Object> work, String command, String kind,
			String cause, String thread, String key) throws Exception {
		StringRedisTemplate template = clients.template(kind);
		Stopped stopped = stop(cause, thread, () -> work.apply(template, key));

		assertThat(stopped.failure()).isInstanceOf(QueryTimeoutException.class);
		assertThat(ScopeCancelledException.findIn(stopped.failure())).hasMessageContaining("'mine'");
		assertThat(redis.blockedClients()).isZero();
		TABLE.put(String.format("%-10s %-9s %-8s %-8s", command, kind, cause, thread),
				"ended after " + stopped.millis() + " ms, server idle");

		// What comes afterwards is there for those who ask for it.
		try (Jedis admin = redis.admin()) {
			if (command.startsWith("BZ")) {
				admin.zadd(key, 1, "element");
				assertThat(admin.zcard(key)).isEqualTo(1);
			}
			else if (command.startsWith("B")) {
				admin.rpush(key, "element");
				assertThat(admin.llen(key)).isEqualTo(1);
			}
		}
		template.opsForValue().set(key + "-3", "value");
		assertThat(template.opsForValue().get(key + "-3")).isEqualTo("value");
	}

	/** Connecting is not a command, so there is a connection already. */
	static Stream<Arguments> ordinary() {
		return Stream.of("shared", "pooled", "jedis")
			.flatMap((kind) -> Stream.of("deadline", "cancel")
				.flatMap((cause) -> threads().map((thread) -> Arguments.of(kind, cause, thread))));
	}

	@ParameterizedTest
	@MethodSource("ordinary")
	void anOrdinaryCommandEndsAtOnce(String kind, String cause, String thread) throws Exception {
		String key = "key-" + KEYS.incrementAndGet();
		StringRedisTemplate template = clients.template(kind);
		template.opsForValue().set(key, "value");
		Stopped stopped;
		redis.freeze();
		try {
			stopped = stop(cause, thread, () -> template.opsForValue().get("other"));
		}
		finally {
			redis.thaw();
		}

		assertThat(stopped.failure()).isInstanceOf(QueryTimeoutException.class);
		assertThat(ScopeCancelledException.findIn(stopped.failure())).hasMessageContaining("'mine'");
		TABLE.put(String.format("%-10s %-9s %-8s %-8s", "GET", kind, cause, thread),
				"ended after " + stopped.millis() + " ms, server frozen");
		assertThat(template.opsForValue().get(key)).isEqualTo("value");
	}

	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "dedicated", "jedis" })
	void aScriptGoesOnWithoutItsCaller(String kind) throws Exception {
		String key = "key-" + KEYS.incrementAndGet();
		StringRedisTemplate template = clients.template(kind);
		Stopped stopped = stop("deadline", "platform", () -> template.execute(SLOW, List.of(key)));

		assertThat(stopped.failure()).isInstanceOf(QueryTimeoutException.class);
		assertThat(ScopeCancelledException.findIn(stopped.failure())).hasMessageContaining("'mine'");
		TABLE.put(String.format("%-10s %-9s %-8s %-8s", "EVAL", kind, "deadline", "platform"),
				"ended after " + stopped.millis() + " ms, script goes on");
		template.opsForValue().set(key + "-2", "value");
		assertThat(template.opsForValue().get(key + "-2")).isEqualTo("value");
	}

	/** Runs it in a scope of 100 ms, or in one that is cancelled when it waits. */
	private Stopped stop(String cause, String thread, Callable<?> work) throws Exception {
		ExecutorService executor = executor(thread);
		CompletableFuture<OpenScope> opened = new CompletableFuture<>();
		ScopeOptions options = ScopeOptions.named("mine")
			.withTimeout(cause.equals("deadline") ? Duration.ofMillis(100) : null);
		try {
			CompletableFuture<Stopped> ended = CompletableFuture.supplyAsync(() -> {
				try (OpenScope scope = scopes.open(options)) {
					opened.complete(scope);
					long start = System.nanoTime();
					Throwable failure = catchThrowable(work::call);
					return new Stopped(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), failure);
				}
			}, executor);
			OpenScope scope = opened.get(30, TimeUnit.SECONDS);
			if (cause.equals("cancel")) {
				CANCELLER.schedule(() -> scope.cancel("for the test"), 50, TimeUnit.MILLISECONDS);
			}
			return ended.get(30, TimeUnit.SECONDS);
		}
		finally {
			executor.shutdown();
		}
	}

	/** The thread leaves at once, and the next user of the connection finds it clean. */
	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "dedicated", "jedis" })
	void anInterruptedThreadLeavesNothingBehind(String kind) {
		String key = "key-" + KEYS.incrementAndGet();
		StringRedisTemplate template = clients.template(kind);
		template.opsForValue().set(key + "-2", "value");
		Throwable failure = catchThrowable(
				() -> scopes.run(ScopeOptions.named("mine").withTimeout(Duration.ofMillis(100)).interrupt(),
						(scope) -> template.opsForList().leftPop(key, Duration.ofSeconds(40))));

		assertThat(ScopeCancelledException.findIn(failure)).isNotNull();
		assertThat(Thread.interrupted()).isFalse();
		redis.awaitBlockedClients(0);
		template.opsForList().rightPush(key, "element");
		assertThat(template.opsForList().leftPop(key)).isEqualTo("element");
	}

	@ParameterizedTest
	@ValueSource(strings = { "shared", "pooled", "dedicated", "jedis" })
	void nothingIsSentInACancelledScope(String kind) {
		StringRedisTemplate template = clients.template(kind);
		Throwable failure;
		try (OpenScope scope = scopes.open(ScopeOptions.named("mine"))) {
			scope.cancel("for the test");
			failure = catchThrowable(() -> template.opsForValue().increment("counter-" + kind));
		}

		assertThat(failure).isInstanceOf(DataAccessException.class);
		assertThat(ScopeCancelledException.findIn(failure)).isNotNull();
		assertThat(template.opsForValue().get("counter-" + kind)).isNull();
	}

	@Test
	void aValueThatIsThereIsReturned() {
		StringRedisTemplate template = clients.template("pooled");
		template.opsForList().rightPush("list", "element");

		try (OpenScope scope = scopes.open(ScopeOptions.timeout(Duration.ofSeconds(20)))) {
			assertThat(template.opsForList().leftPop("list", Duration.ofSeconds(20))).isEqualTo("element");
			assertThat(scope.isCancelled()).isFalse();
		}
	}

	@Test
	void aShieldHolds() {
		StringRedisTemplate template = clients.template("pooled");

		try (OpenScope scope = scopes.open(ScopeOptions.named("mine"));
				OpenScope shield = scopes.open(ScopeOptions.none().shield())) {
			scope.cancel("for the test");

			assertThat(shield.isCancelled()).isFalse();
			assertThat(template.opsForList().leftPop("none", Duration.ofMillis(100))).isNull();
			template.opsForValue().set("shielded", "value");
		}
		assertThat(template.opsForValue().get("shielded")).isEqualTo("value");
	}

	private record Stopped(long millis, Throwable failure) {
	}

}
