package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Commands of Lettuce end with their scope where there are several servers: in a cluster,
 * with a sentinel, and with a static master and its replica.
 */
class TopologyTests {

	private static final int RACES = Integer.getInteger("cancel-scope.test.races", 50);

	private static final Duration POP = Duration.ofSeconds(50);

	private static final CancelScopes scopes = CancelScopes.create();

	private static final AtomicInteger KEYS = new AtomicInteger();

	private static final List<TestRedis> servers = new ArrayList<>();

	private static final Map<String, LettuceConnectionFactory> factories = new TreeMap<>();

	private static ExecutorService executor;

	private static ClientResources resources;

	private static List<TestRedis> cluster;

	private static TestRedis master;

	@BeforeAll
	static void start() {
		cluster = TestRedis.startCluster();
		servers.addAll(cluster);
		master = TestRedis.start();
		servers.add(master);
		TestRedis replica = master.startReplica();
		servers.add(replica);
		TestRedis sentinel = master.startSentinel();
		servers.add(sentinel);
		executor = Executors.newCachedThreadPool();
		resources = DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
		RedisClusterConfiguration nodes = new RedisClusterConfiguration(List.of("127.0.0.1:" + cluster.get(0).port()));
		add("cluster", nodes, plain().build());
		add("cluster-pooled", nodes, pooled());
		RedisSentinelConfiguration watched = new RedisSentinelConfiguration().master("master")
			.sentinel("127.0.0.1", sentinel.port());
		add("sentinel", watched, plain().build());
		add("sentinel-pooled", watched, pooled());
		add("sentinel-replica", watched, plain().readFrom(ReadFrom.REPLICA_PREFERRED).build());
		RedisStaticMasterReplicaConfiguration both = new RedisStaticMasterReplicaConfiguration("127.0.0.1",
				master.port());
		both.addNode("127.0.0.1", replica.port());
		add("static", both, plain().readFrom(ReadFrom.REPLICA_PREFERRED).build());
		add("static-pooled", both, pooled());
		factories.keySet().forEach(TopologyTests::connect);
	}

	private static void connect(String name) {
		StringRedisTemplate template = template(name);
		template.opsForValue().set(key(0), "value");
		template.opsForValue().set(key(1), "value");
	}

	private static LettuceClientConfiguration.LettuceClientConfigurationBuilder plain() {
		return LettuceClientConfiguration.builder()
			.clientResources(resources)
			.commandTimeout(Duration.ofSeconds(60))
			.shutdownQuietPeriod(Duration.ZERO);
	}

	private static LettuceClientConfiguration pooled() {
		GenericObjectPoolConfig<StatefulConnection<?, ?>> config = new GenericObjectPoolConfig<>();
		config.setMaxTotal(1);
		return LettucePoolingClientConfiguration.builder()
			.poolConfig(config)
			.clientResources(resources)
			.commandTimeout(Duration.ofSeconds(60))
			.shutdownQuietPeriod(Duration.ZERO)
			.build();
	}

	private static void add(String name, RedisConfiguration topology, LettuceClientConfiguration configuration) {
		LettuceConnectionFactory factory = factory(topology, configuration);
		factory.setShareNativeConnection(!name.endsWith("pooled"));
		factory.afterPropertiesSet();
		new LettuceFactories(() -> TestClients.PATIENT).postProcessAfterInitialization(factory, name);
		factories.put(name, factory);
	}

	private static LettuceConnectionFactory factory(RedisConfiguration topology,
			LettuceClientConfiguration configuration) {
		if (topology instanceof RedisClusterConfiguration nodes) {
			return new LettuceConnectionFactory(nodes, configuration);
		}
		return (topology instanceof RedisSentinelConfiguration watched)
				? new LettuceConnectionFactory(watched, configuration)
				: new LettuceConnectionFactory((RedisStaticMasterReplicaConfiguration) topology, configuration);
	}

	@AfterAll
	static void stop() {
		factories.values().forEach(LettuceConnectionFactory::destroy);
		if (resources != null) {
			executor.shutdown();
			resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
		}
		servers.forEach(TestRedis::close);
	}

	/**
	 * Limitation: in a cluster, and with replicas, a connection to a server is opened by
	 * the first command for it, which does not end with its scope. So there is a pool.
	 */
	static Stream<Arguments> pops() {
		return Stream.of("cluster-pooled", "sentinel", "sentinel-pooled", "static-pooled")
			.flatMap((name) -> Stream.of(Arguments.of(name, "deadline", 0), Arguments.of(name, "cancel", 0),
					Arguments.of(name, "cancel", 1)));
	}

	static Stream<String> topologies() {
		return factories.keySet().stream();
	}

	/** It ends at the server that has the key, which is the one or the other. */
	@ParameterizedTest
	@MethodSource("pops")
	void aBlockingCommandEndsAtItsServer(String name, String cause, int half) throws Exception {
		StringRedisTemplate template = template(name);
		String key = key(half);
		TestRedis server = server(name, half);
		CompletableFuture<OpenScope> opened = new CompletableFuture<>();
		CompletableFuture<Throwable> ended = ended(opened, cause.equals("deadline") ? Duration.ofMillis(300) : null,
				() -> template.opsForList().leftPop(key, POP));
		if (cause.equals("cancel")) {
			server.awaitBlockedClients(1);
			opened.get(30, TimeUnit.SECONDS).cancel("for the test");
		}

		assertCancelled(ended.get(30, TimeUnit.SECONDS));
		server.awaitBlockedClients(0);
		try (Jedis admin = server.admin()) {
			admin.rpush(key, "element");
			assertThat(admin.llen(key)).isEqualTo(1);
		}
		assertThat(template.opsForList().leftPop(key)).isEqualTo("element");
	}

	@ParameterizedTest
	@MethodSource("topologies")
	void anOrdinaryCommandEndsAtOnce(String name) throws Exception {
		StringRedisTemplate template = template(name);
		String key = key(1);
		template.opsForValue().set(key, "value");
		TestRedis server = server(name, 1);
		CompletableFuture<OpenScope> opened = new CompletableFuture<>();
		server.freeze();
		try {
			CompletableFuture<Throwable> ended = ended(opened, Duration.ofMillis(100),
					() -> template.opsForValue().append(key, "-2"));
			assertCancelled(ended.get(30, TimeUnit.SECONDS));
		}
		finally {
			server.thaw();
		}
		assertThat(template.opsForValue().get(key)).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "cluster-pooled", "sentinel", "static-pooled" })
	void anElementIsReturnedOrStays(String name) throws Exception {
		StringRedisTemplate template = template(name);
		int returned = 0;
		for (int race = 0; race < RACES; race++) {
			String key = key(race % 2);
			TestRedis server = server(name, race % 2);
			CompletableFuture<OpenScope> opened = new CompletableFuture<>();
			CompletableFuture<String> popped = CompletableFuture.supplyAsync(() -> {
				try (OpenScope scope = scopes.open(ScopeOptions.named("mine"))) {
					opened.complete(scope);
					return template.opsForList().leftPop(key, POP);
				}
				catch (QueryTimeoutException ex) {
					assertCancelled(ex);
					return null;
				}
			}, executor);
			OpenScope scope = opened.get(30, TimeUnit.SECONDS);
			server.awaitBlockedClients(1);
			try (Jedis admin = server.admin()) {
				CompletableFuture<Void> cancelled = CompletableFuture.runAsync(() -> scope.cancel("for the test"),
						executor);
				spin((race % 20) * 250_000L);
				admin.rpush(key, "element");
				cancelled.get(30, TimeUnit.SECONDS);
				String value = popped.get(30, TimeUnit.SECONDS);
				String left = admin.lpop(key);

				assertThat((value != null) ? value : left).as("in race %d", race).isEqualTo("element");
				assertThat((value != null) ? left : null).as("returned and there, in race %d", race).isNull();
				returned += (value != null) ? 1 : 0;
			}
		}
		System.out.println("pops " + name + ": " + returned + " returned, none lost of " + RACES);
	}

	private static StringRedisTemplate template(String name) {
		StringRedisTemplate template = new StringRedisTemplate(factories.get(name));
		template.afterPropertiesSet();
		return template;
	}

	/** A key of the lower or the upper half of the slots. */
	private static String key(int half) {
		while (true) {
			String key = "key-" + KEYS.incrementAndGet();
			if (SlotHash.getSlot(key) / 8192 == half) {
				return key;
			}
		}
	}

	private static TestRedis server(String name, int half) {
		return name.startsWith("cluster") ? cluster.get(half) : master;
	}

	private static CompletableFuture<Throwable> ended(CompletableFuture<OpenScope> opened, Duration timeout,
			Callable<?> work) {
		return CompletableFuture.supplyAsync(() -> {
			try (OpenScope scope = scopes.open(ScopeOptions.named("mine").withTimeout(timeout))) {
				opened.complete(scope);
				return catchThrowable(work::call);
			}
		}, executor);
	}

	private static void assertCancelled(Throwable failure) {
		assertThat(failure).isInstanceOf(QueryTimeoutException.class);
		assertThat(ScopeCancelledException.findIn(failure)).hasMessageContaining("'mine'");
	}

	private static void spin(long nanos) {
		long end = System.nanoTime() + nanos;
		while (System.nanoTime() - end < 0) {
			Thread.onSpinWait();
		}
	}

}
