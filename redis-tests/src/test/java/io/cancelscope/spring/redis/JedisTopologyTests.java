package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.CommandKeyArgumentPreProcessor;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.builders.ClusterClientBuilder;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Commands of Jedis end with their scope where there are several servers: in a cluster,
 * and with a sentinel. Each server has a pool of one connection, so what a stopped
 * command leaves behind would meet the next one. {@code -Dcancel-scope.test.races=5000}
 * says how often that is raced. On one JDK, because of the servers.
 */
@EnabledForJreRange(min = JRE.JAVA_18)
@Timeout(300)
class JedisTopologyTests {

	private static final int RACES = Integer.getInteger("cancel-scope.test.races", 50);

	private static final Duration POP = Duration.ofSeconds(50);

	private static final String CLIENT = "jedis-topology";

	private static final CommandKeyArgumentPreProcessor AS_IT_IS = (key) -> key;

	private static final CancelScopes scopes = CancelScopes.create();

	private static final Map<String, JedisConnectionFactory> factories = new LinkedHashMap<>();

	private static ExecutorService executor;

	private static Topology topology;

	@BeforeAll
	static void start() {
		topology = Topology.shared();
		executor = Executors.newCachedThreadPool();
		for (String name : List.of("cluster", "sentinel")) {
			factories.put(name, reached(create(name)));
		}
	}

	private static JedisConnectionFactory create(String name) {
		GenericObjectPoolConfig<Object> config = new GenericObjectPoolConfig<>();
		config.setMaxTotal(1);
		JedisClientConfiguration.JedisClientConfigurationBuilder builder = JedisClientConfiguration.builder()
			.clientName(CLIENT)
			.readTimeout(Duration.ofSeconds(60));
		builder.usePooling().poolConfig(config);
		return create(name, builder.build());
	}

	private static JedisConnectionFactory create(String name, JedisClientConfiguration configuration) {
		RedisClusterConfiguration nodes = new RedisClusterConfiguration(
				List.of("127.0.0.1:" + topology.cluster().get(0).port()));
		// One redirection, and no more.
		nodes.setMaxRedirects(2);
		JedisConnectionFactory factory = name.equals("cluster") ? new JedisConnectionFactory(nodes, configuration)
				: new JedisConnectionFactory(new RedisSentinelConfiguration().master("master")
					.sentinel("127.0.0.1", topology.sentinel().port()), configuration);
		factory.afterPropertiesSet();
		factory.start();
		if (provider(factory) instanceof SentineledConnectionProvider sentineled) {
			awaitListening(sentineled);
		}
		return factory;
	}

	/** At first, each thread that listens to a sentinel asks for the master once more. */
	@SuppressWarnings("unchecked") // the type is not visible
	private static void awaitListening(SentineledConnectionProvider provider) {
		for (Thread listener : (Collection<Thread>) field(provider, "sentinelListeners")) {
			await().atMost(TestRedis.LONG)
				.until(() -> Stream.of(listener.getStackTrace())
					.anyMatch((frame) -> frame.getClassName().contains("JedisPubSub")));
		}
	}

	private static JedisConnectionFactory reached(JedisConnectionFactory factory) {
		new JedisFactories(() -> TestClients.PATIENT).postProcessAfterInitialization(factory, "factory");
		return factory;
	}

	/** Nothing is left at the servers. */
	@AfterAll
	static void stop() {
		factories.values().forEach(JedisConnectionFactory::destroy);
		if (topology != null) {
			executor.shutdown();
			Stream.concat(topology.cluster().stream(), Stream.of(topology.master()))
				.forEach((server) -> await().atMost(TestRedis.LONG).until(() -> clients(server) == 0));
		}
	}

	private static int clients(TestRedis server) {
		try (Jedis admin = server.admin()) {
			return (int) admin.clientList().lines().filter((line) -> line.contains("name=" + CLIENT)).count();
		}
	}

	static Stream<Arguments> pops() {
		return Stream.of("cluster", "sentinel")
			.flatMap((name) -> Stream.of("platform", "virtual")
				.filter((thread) -> thread.equals("platform") || Runtime.version().feature() >= 21)
				.flatMap((thread) -> Stream.of(Arguments.of(name, "deadline", 0, thread),
						Arguments.of(name, "cancel", 0, thread), Arguments.of(name, "cancel", 1, thread))));
	}

	@ParameterizedTest
	@MethodSource("pops")
	void aBlockingCommandEndsAtItsServer(String name, String cause, int half, String thread) throws Exception {
		StringRedisTemplate template = template(name);
		String key = Topology.key(half);
		TestRedis server = topology.server(name, half);
		ExecutorService callers = callers(thread);
		try {
			CompletableFuture<OpenScope> opened = new CompletableFuture<>();
			CompletableFuture<Throwable> ended = ended(callers, opened,
					cause.equals("deadline") ? Duration.ofMillis(200) : null,
					() -> template.opsForList().leftPop(key, POP));
			if (cause.equals("cancel")) {
				server.awaitBlockedClients(1);
				opened.get(30, TimeUnit.SECONDS).cancel("for the test");
			}

			assertCancelled(ended.get(30, TimeUnit.SECONDS), "was cancelled");
		}
		finally {
			callers.shutdown();
		}
		server.awaitBlockedClients(0);
		try (Jedis admin = server.admin()) {
			admin.rpush(key, "element");
			assertThat(admin.llen(key)).isEqualTo(1);
		}
		assertThat(template.opsForList().leftPop(key)).isEqualTo("element");
	}

	private static ExecutorService callers(String thread) throws ReflectiveOperationException {
		return thread.equals("virtual")
				? (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null)
				: Executors.newSingleThreadExecutor();
	}

	/** First on a connection that is there, then while one is opened. */
	@ParameterizedTest
	@ValueSource(strings = { "cluster", "sentinel" })
	void anOrdinaryCommandEndsAtOnce(String name) throws Exception {
		StringRedisTemplate template = template(name);
		String key = Topology.key(1);
		template.opsForValue().set(key, "value");
		TestRedis server = topology.server(name, 1);
		server.freeze();
		try {
			assertCancelled(ended(executor, new CompletableFuture<>(), Duration.ofMillis(100),
					() -> template.opsForValue().append(key, "-2"))
				.get(30, TimeUnit.SECONDS), "was cancelled");
			assertCancelled(ended(executor, new CompletableFuture<>(), Duration.ofMillis(100),
					() -> template.opsForValue().append(key, "-3"))
				.get(30, TimeUnit.SECONDS), "was cancelled");
		}
		finally {
			server.thaw();
		}
		assertThat(template.opsForValue().get(key)).startsWith("value");
	}

	@ParameterizedTest
	@ValueSource(strings = { "cluster", "sentinel" })
	void theWaitForAPooledConnectionEnds(String name) throws Exception {
		StringRedisTemplate template = template(name);
		String key = Topology.key(1);
		CompletableFuture<OpenScope> opened = new CompletableFuture<>();
		CompletableFuture<Throwable> holder = ended(executor, opened, null,
				() -> template.opsForList().leftPop(key, POP));
		topology.server(name, 1).awaitBlockedClients(1);

		assertCancelled(
				ended(executor, new CompletableFuture<>(), Duration.ofMillis(100),
						() -> template.opsForValue().get(key))
					.get(30, TimeUnit.SECONDS),
				"The wait for a connection was cancelled");
		opened.get(30, TimeUnit.SECONDS).cancel("for the test");
		assertCancelled(holder.get(30, TimeUnit.SECONDS), "The command BLPOP was cancelled");
		assertThat(template.opsForValue().get(key)).as("from a pool that is full again").isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "cluster", "sentinel" })
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
					assertCancelled(ex, "");
					return null;
				}
			}, executor);
			OpenScope scope = opened.get(30, TimeUnit.SECONDS);
			if (race % 4 != 0) {
				server.awaitBlockedClients(1);
			}
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
		System.out.println("pops by Jedis, " + name + ": " + returned + " returned, none lost of " + RACES);
	}

	/** The server that has been asked first sends the client to the other one. */
	@ParameterizedTest
	@ValueSource(strings = { "MOVED", "ASK" })
	void aRedirectedCommandEnds(String how) throws Exception {
		StringRedisTemplate template = template("cluster");
		String key = Topology.key(0);
		TestRedis other = topology.cluster().get(1);
		// Its connection has not asked for its id yet, which must not come after ASKING.
		pools().forEach(GenericObjectPool::clear);
		AutoCloseable redirection = topology.redirect(key, how);
		try (redirection) {
			CompletableFuture<OpenScope> opened = new CompletableFuture<>();
			CompletableFuture<Throwable> ended = ended(executor, opened, null,
					() -> template.opsForList().leftPop(key, POP));
			other.awaitBlockedClients(1);
			opened.get(30, TimeUnit.SECONDS).cancel("for the test");
			assertCancelled(ended.get(30, TimeUnit.SECONDS), "The command BLPOP was cancelled");
			other.awaitBlockedClients(0);
		}
		template.opsForList().rightPush(key, "element");
		assertThat(template.opsForList().leftPop(key)).isEqualTo("element");
	}

	@SuppressWarnings("unchecked")
	private static Stream<GenericObjectPool<Connection>> pools() {
		return provider(factories.get("cluster")).getConnectionMap()
			.values()
			.stream()
			.map((pool) -> (GenericObjectPool<Connection>) pool);
	}

	/** Such as INFO. Spring Data takes a connection from the pool of the server. */
	@Test
	void aCommandForAServerOfTheClusterEnds() throws Exception {
		TestRedis server = topology.cluster().get(1);
		RedisClusterNode node = new RedisClusterNode("127.0.0.1", server.port());
		ScopedClusterNodes nodes = new ScopedClusterNodes((RedisClusterClient) client(factories.get("cluster")));
		server.freeze();
		try {
			assertCancelled(ended(executor, new CompletableFuture<>(), Duration.ofMillis(100), () -> {
				Jedis connection = nodes.getResourceForSpecificNode(node);
				try {
					return connection.dbSize();
				}
				finally {
					nodes.returnResourceForSpecificNode(node, connection);
				}
			}).get(30, TimeUnit.SECONDS), "was cancelled");
		}
		finally {
			server.thaw();
		}
		RedisClusterConnection connection = factories.get("cluster").getClusterConnection();
		try (connection) {
			assertThat(connection.serverCommands().dbSize(node)).isNotNull();
		}
	}

	/** The client has learnt of the server later, by a redirection or a new topology. */
	@Test
	void aServerThatComesLaterIsReached() {
		ClusterConnectionProvider provider = (ClusterConnectionProvider) provider(reached(create("cluster")));
		try (provider;
				Connection connection = provider
					.getConnection(new HostAndPort("localhost", topology.cluster().get(1).port()))) {
			assertThat(connection).isInstanceOf(ScopedConnection.class);
			assertThat(((ScopedClusterProvider) provider).pools()).isEqualTo(1);
			provider.renewSlotCache();
			provider.getConnectionFromSlot(0).close();
			assertThat(((ScopedClusterProvider) provider).pools()).as("and the old ones are forgotten").isEqualTo(1);
		}
	}

	/** The client asks a server which of them has what, and gets no answer. */
	@Test
	void theWaitForTheServersOfAClusterEnds() throws Exception {
		ScopedClusterProvider provider = (ScopedClusterProvider) provider(factories.get("cluster"));
		TestRedis server = topology.cluster().get(0);
		server.freeze();
		try {
			assertCancelled(ended(executor, new CompletableFuture<>(), Duration.ofMillis(100), () -> {
				provider.renewSlotCache();
				return null;
			}).get(30, TimeUnit.SECONDS), "The wait for a connection was cancelled");
		}
		finally {
			server.thaw();
		}
		assertThat(template("cluster").opsForValue().get(Topology.key(0))).isNull();
	}

	/** A server does not answer, so the client pauses before it tries again. */
	@Test
	void thePauseBeforeTheNextAttemptEnds() throws Exception {
		ScopedClusterExecutor attempts = (ScopedClusterExecutor) field(client(factories.get("cluster")), "executor");

		assertCancelled(ended(executor, new CompletableFuture<>(), Duration.ofMillis(50), () -> {
			attempts.sleep(600_000);
			return null;
		}).get(30, TimeUnit.SECONDS), "The wait for a connection was cancelled");
		Throwable interrupted = ended(executor, new CompletableFuture<>(), null, () -> {
			Thread.currentThread().interrupt();
			try {
				attempts.sleep(600_000);
			}
			finally {
				assertThat(Thread.interrupted()).isTrue();
			}
			return null;
		}).get(30, TimeUnit.SECONDS);
		assertThat(interrupted).isInstanceOf(JedisClusterOperationException.class)
			.hasCauseInstanceOf(InterruptedException.class);
	}

	/**
	 * Race: the sentinels tell the client of another master while it is reached. The pool
	 * of the old one must not take the place of the new one.
	 */
	@Test
	void aMasterThatChangesMeanwhileIsReached() throws Exception {
		JedisConnectionFactory factory = create("sentinel");
		SentineledConnectionProvider provider = (SentineledConnectionProvider) provider(factory);
		Lock changing = (Lock) field(provider, "initPoolLock");
		Thread reaching = new Thread(() -> JedisSentinels.reach(provider, TestClients.PATIENT));
		HostAndPort other = new HostAndPort("127.0.0.1", topology.cluster().get(0).port());
		changing.lock();
		try {
			reaching.start();
			await().atMost(TestRedis.LONG).until(() -> reaching.getState() == Thread.State.WAITING);
			assertThat(provider.getConnectionMap().values().iterator().next()).isNotInstanceOf(ScopedJedisPool.class);
			ReflectionTestUtils.invokeMethod(provider, "initMaster", other);
		}
		finally {
			changing.unlock();
		}
		reaching.join(TestRedis.LONG.toMillis());

		assertThat(pool(provider).isClosed()).isFalse();
		try (Connection connection = provider.getConnection()) {
			assertThat(connection).isInstanceOf(ScopedConnection.class);
			assertThat(connection.toString()).contains(other.toString());
		}
		factory.destroy();
	}

	/** Sentinels tell the client of a failover: it has another pool then. */
	@Test
	void theNextMasterIsReached() throws Exception {
		TestRedis next = TestRedis.start();
		try (next) {
			JedisConnectionFactory factory = reached(create("sentinel"));
			StringRedisTemplate template = template(factory);
			template.opsForValue().set("key", "value");
			SentineledConnectionProvider provider = (SentineledConnectionProvider) provider(factory);
			ScopedJedisPool first = pool(provider);
			for (int i = 0; i < 2; i++) {
				ReflectionTestUtils.invokeMethod(provider, "initMaster", new HostAndPort("127.0.0.1", next.port()));
				ScopedJedisPool second = pool(provider);

				assertThat(second).isSameAs(pool(provider));
				assertThat(first.isClosed()).isTrue();
				assertThat(second.isClosed()).isFalse();
				CompletableFuture<OpenScope> opened = new CompletableFuture<>();
				CompletableFuture<Throwable> ended = ended(executor, opened, null,
						() -> template.opsForList().leftPop("list", POP));
				next.awaitBlockedClients(1);
				opened.get(30, TimeUnit.SECONDS).cancel("for the test");
				assertCancelled(ended.get(30, TimeUnit.SECONDS), "The command BLPOP was cancelled");
				next.awaitBlockedClients(0);
				assertThat(template.opsForList().leftPop("list")).isNull();
				// And back, and once more.
				ReflectionTestUtils.invokeMethod(provider, "initMaster",
						new HostAndPort("127.0.0.1", topology.master().port()));
				assertThat(second.isClosed()).isTrue();
				first = pool(provider);
				assertThat(template.opsForValue().get("key")).isEqualTo("value");
			}
			factory.destroy();
			assertThat(first.isClosed()).isTrue();
			assertThat(pool(provider)).as("nothing comes after the end").isSameAs(first);
		}
	}

	private static ScopedJedisPool pool(SentineledConnectionProvider provider) {
		return (ScopedJedisPool) provider.getConnectionMap().values().iterator().next();
	}

	/** The factory is reached again when the application context starts. */
	@ParameterizedTest
	@ValueSource(strings = { "cluster", "sentinel" })
	void aFactoryThatIsReachedAgainKeepsItsClient(String name) {
		JedisConnectionFactory factory = reached(create(name));
		Object before = client(factory);
		reached(factory);
		assertThat(client(factory)).isSameAs(before);
		factory.stop();
		factory.start();
		reached(factory);
		assertThat(client(factory)).isNotSameAs(before);
		try (Connection connection = provider(factory).getConnection()) {
			assertThat(connection).isInstanceOf(ScopedConnection.class);
		}
		factory.destroy();
	}

	/** As it would be without the starter, except for what has to be replaced. */
	@Test
	void theClientOfAClusterIsBuiltAsBefore() {
		GenericObjectPoolConfig<Object> pools = new GenericObjectPoolConfig<>();
		pools.setMaxTotal(3);
		pools.setMinIdle(1);
		pools.setMaxWait(Duration.ofSeconds(7));
		JedisClientConfiguration.JedisClientConfigurationBuilder builder = JedisClientConfiguration.builder()
			.clientName(CLIENT)
			.connectTimeout(Duration.ofSeconds(3))
			.readTimeout(Duration.ofSeconds(4))
			.customizeClient((client) -> ((ClusterClientBuilder<?>) client).topologyRefreshPeriod(Duration.ofMinutes(5))
				.maxTotalRetriesDuration(Duration.ofSeconds(9))
				.keyPreProcessor(AS_IT_IS)
				.searchDialect(3));
		builder.usePooling().poolConfig(pools);
		JedisConnectionFactory factory = create("cluster", builder.build());
		JedisConnectionFactory plain = create("cluster", builder.build());
		UnifiedJedis expected = client(plain);
		UnifiedJedis actual = client(reached(factory));

		try {
			assertThat(provider(factory)).isInstanceOf(ScopedClusterProvider.class);
			assertThat(fields(actual, "executor", "maxAttempts", "maxTotalRetriesDuration", "flags"))
				.isEqualTo(fields(expected, "executor", "maxAttempts", "maxTotalRetriesDuration", "flags"));
			assertThat(fields(actual, "commandObjects", "keyPreProcessor", "protocol"))
				.isEqualTo(fields(expected, "commandObjects", "keyPreProcessor", "protocol"));
			assertThat(field(field(actual, "commandObjects"), "searchDialect")).hasToString("3");
			Object cache = field(provider(factory), "cache");
			Object before = field(provider(plain), "cache");
			assertThat(field(cache, "startNodes")).isEqualTo(field(before, "startNodes"));
			assertThat(field(cache, "clientSideCache")).isNull();
			assertThat(field(cache, "topologyRefreshExecutor")).isNotNull();
			assertThat(field(cache, "clientConfig")).usingRecursiveComparison()
				.ignoringFields("credentialsProvider", "clientSetInfoConfig")
				.isEqualTo(field(before, "clientConfig"));
			assertThat(field(cache, "poolConfig")).hasToString(field(before, "poolConfig").toString()
				.replace(field(before, "poolConfig").getClass().getSimpleName(),
						field(cache, "poolConfig").getClass().getSimpleName()));
		}
		finally {
			factory.destroy();
			plain.destroy();
		}
	}

	private static List<Object> fields(Object owner, String part, String... names) {
		return Stream.of(names).map((name) -> field(field(owner, part), name)).toList();
	}

	private static Object field(Object owner, String name) {
		return ReflectionTestUtils.getField(owner, name);
	}

	/** Otherwise, what the application has built there would be lost. */
	@Test
	void aClientThatTheApplicationCreatesInItsOwnWayIsLeftAlone() {
		Set<HostAndPort> nodes = Set.of(new HostAndPort("127.0.0.1", topology.cluster().get(0).port()));
		JedisConnectionFactory factory = create("cluster",
				JedisClientConfiguration.builder()
					.clientName(CLIENT)
					.customizeClient((client) -> client.connectionProvider(
							new ClusterConnectionProvider(nodes, DefaultJedisClientConfig.builder().build())))
					.build());
		Object before = client(factory);

		assertThat(client(reached(factory))).isSameAs(before);
		factory.destroy();
	}

	private static UnifiedJedis client(JedisConnectionFactory factory) {
		RedisConnection connection = factory.getConnection();
		try (connection) {
			return (UnifiedJedis) connection.getNativeConnection();
		}
	}

	private static ConnectionProvider provider(JedisConnectionFactory factory) {
		return (ConnectionProvider) field(client(factory), "provider");
	}

	private static StringRedisTemplate template(String name) {
		return template(factories.get(name));
	}

	private static StringRedisTemplate template(JedisConnectionFactory factory) {
		StringRedisTemplate template = new StringRedisTemplate(factory);
		template.afterPropertiesSet();
		return template;
	}

	private static CompletableFuture<Throwable> ended(ExecutorService callers, CompletableFuture<OpenScope> opened,
			Duration timeout, Callable<?> work) {
		return CompletableFuture.supplyAsync(() -> {
			try (OpenScope scope = scopes.open(ScopeOptions.named("mine").withTimeout(timeout))) {
				opened.complete(scope);
				return catchThrowable(work::call);
			}
		}, callers);
	}

	private static void assertCancelled(Throwable failure, String message) {
		assertThat(failure).isInstanceOf(QueryTimeoutException.class).hasMessageContaining(message);
		assertThat(ScopeCancelledException.findIn(failure)).hasMessageContaining("'mine'");
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	private static void spin(long nanos) {
		long end = System.nanoTime() + nanos;
		while (System.nanoTime() - end < 0) {
			Thread.onSpinWait();
		}
	}

}
