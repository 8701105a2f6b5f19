package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
import io.lettuce.core.ReadFrom;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
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

	private static final List<String> NAMES = List.of("cluster", "cluster-pooled", "sentinel", "sentinel-pooled",
			"sentinel-replica", "static", "static-pooled");

	private static final Map<String, LettuceConnectionFactory> factories = new TreeMap<>();

	private static ExecutorService executor;

	private static ClientResources resources;

	private static Topology topology;

	@BeforeAll
	static void start() {
		topology = Topology.shared();
		executor = Executors.newCachedThreadPool();
		resources = DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
		for (String name : NAMES) {
			factories.put(name, create(name));
		}
		factories.keySet().forEach(TopologyTests::connect);
	}

	private static void connect(String name) {
		StringRedisTemplate template = template(name);
		template.opsForValue().set(Topology.key(0), "value");
		template.opsForValue().set(Topology.key(1), "value");
	}

	private static LettuceClientConfiguration.LettuceClientConfigurationBuilder plain(String name) {
		LettuceClientConfiguration.LettuceClientConfigurationBuilder builder = LettuceClientConfiguration.builder()
			.clientResources(resources)
			.commandTimeout(Duration.ofSeconds(60))
			.shutdownQuietPeriod(Duration.ZERO);
		if (name.endsWith("reads")) {
			return builder.readFrom(ReadFrom.REPLICA);
		}
		return (name.equals("static") || name.equals("sentinel-replica")) ? builder.readFrom(ReadFrom.REPLICA_PREFERRED)
				: builder;
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

	private static LettuceConnectionFactory create(String name) {
		LettuceClientConfiguration configuration = name.endsWith("pooled") ? pooled() : plain(name).build();
		LettuceConnectionFactory factory = factory(servers(name), configuration);
		factory.setShareNativeConnection(!name.endsWith("pooled"));
		factory.afterPropertiesSet();
		new LettuceFactories(() -> TestClients.PATIENT).postProcessAfterInitialization(factory, name);
		return factory;
	}

	private static RedisConfiguration servers(String name) {
		if (name.startsWith("cluster")) {
			RedisClusterConfiguration nodes = new RedisClusterConfiguration(
					List.of("127.0.0.1:" + topology.cluster().get(0).port()));
			nodes.setMaxRedirects(1);
			return nodes;
		}
		if (name.startsWith("sentinel")) {
			return new RedisSentinelConfiguration().master("master").sentinel("127.0.0.1", topology.sentinel().port());
		}
		RedisStaticMasterReplicaConfiguration both = new RedisStaticMasterReplicaConfiguration("127.0.0.1",
				topology.master().port());
		both.addNode("127.0.0.1", topology.replica().port());
		return both;
	}

	private static LettuceConnectionFactory factory(RedisConfiguration servers,
			LettuceClientConfiguration configuration) {
		if (servers instanceof RedisClusterConfiguration nodes) {
			return new LettuceConnectionFactory(nodes, configuration);
		}
		return (servers instanceof RedisSentinelConfiguration watched)
				? new LettuceConnectionFactory(watched, configuration)
				: new LettuceConnectionFactory((RedisStaticMasterReplicaConfiguration) servers, configuration);
	}

	@AfterAll
	static void stop() {
		factories.values().forEach(LettuceConnectionFactory::destroy);
		if (resources != null) {
			executor.shutdown();
			resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
		}
	}

	/** Without a pool, each pop has a connection of its own, which it opens itself. */
	static Stream<Arguments> pops() {
		return NAMES.stream()
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
		String key = Topology.key(half);
		TestRedis server = topology.server(name, half);
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
		String key = Topology.key(1);
		template.opsForValue().set(key, "value");
		TestRedis server = topology.server(name, 1);
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

	static Stream<Arguments> firstCommands() {
		return Stream.of("cluster", "cluster-pooled", "sentinel-reads", "static-reads")
			.flatMap((name) -> Stream.of(Arguments.of(name, "APPEND"), Arguments.of(name, "BLPOP")));
	}

	/**
	 * It opens the connection to that server, which does not answer. On one JDK, to save
	 * time.
	 */
	@EnabledForJreRange(min = JRE.JAVA_18)
	@ParameterizedTest
	@MethodSource("firstCommands")
	void theFirstCommandForAServerEnds(String name, String command) throws Exception {
		TestRedis server = topology.server(name, 1);
		String key = Topology.key(1);
		LettuceConnectionFactory factory = create(name);
		try (Jedis admin = server.admin()) {
			StringRedisTemplate template = new StringRedisTemplate(factory);
			template.afterPropertiesSet();
			// It is for another server: of the cluster, or the replica.
			template.opsForValue().get(Topology.key(0));
			server.freeze();
			try {
				assertCancelled(ended(new CompletableFuture<>(), Duration.ofMillis(100), () -> command.equals("BLPOP")
						? template.opsForList().leftPop(key, POP) : template.opsForValue().append(key, "late"))
					.get(30, TimeUnit.SECONDS));
			}
			finally {
				server.thaw();
			}
			if (command.equals("BLPOP")) {
				admin.rpush(key, "element");
			}
			template.opsForValue().append(Topology.key(1), "value");

			assertThat(admin.exists(key)).as("its caller had left before it was sent")
				.isEqualTo(command.equals("BLPOP"));
		}
		finally {
			factory.destroy();
		}
	}

	/**
	 * The server that has been asked first sends the client to the other one. On one JDK,
	 * to save time.
	 */
	@EnabledForJreRange(min = JRE.JAVA_18)
	@ParameterizedTest
	@CsvSource({ "cluster, MOVED", "cluster, ASK", "cluster-pooled, MOVED", "cluster-pooled, ASK" })
	void aRedirectedCommandEnds(String name, String how) throws Exception {
		StringRedisTemplate template = template(name);
		String key = Topology.key(0);
		TestRedis other = topology.cluster().get(1);
		AutoCloseable redirection = topology.redirect(key, how);
		try (redirection) {
			CompletableFuture<OpenScope> opened = new CompletableFuture<>();
			CompletableFuture<Throwable> ended = ended(opened, null, () -> template.opsForList().leftPop(key, POP));
			other.awaitBlockedClients(1);
			opened.get(30, TimeUnit.SECONDS).cancel("for the test");
			assertCancelled(ended.get(30, TimeUnit.SECONDS));
			other.awaitBlockedClients(0);

			other.freeze();
			try {
				assertCancelled(
						ended(new CompletableFuture<>(), Duration.ofMillis(100), () -> template.opsForValue().get(key))
							.get(30, TimeUnit.SECONDS));
			}
			finally {
				other.thaw();
			}
		}
		template.opsForList().rightPush(key, "element");
		assertThat(template.opsForList().leftPop(key)).isEqualTo("element");
	}

	@ParameterizedTest
	@ValueSource(strings = { "cluster", "cluster-pooled", "sentinel", "static-pooled" })
	void anElementIsReturnedOrStays(String name) throws Exception {
		StringRedisTemplate template = template(name);
		int returned = 0;
		for (int race = 0; race < RACES; race++) {
			String key = Topology.key(race % 2);
			TestRedis server = topology.server(name, race % 2);
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
