package io.cancelscope.spring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * What the starter assumes of libraries without being promised it: names of classes,
 * fields and methods. Each test names the assumption, the library, and what breaks for
 * users when a version moves. At run time, {@link ChangedLibrary} says the same.
 */
class ForeignInternalsTests {

	private static final Path SOURCES = Path.of("src/main/java/io/cancelscope/spring");

	/** Texts that are names of classes. */
	private static final Pattern CLASS_NAME = Pattern
		.compile("\"((?:(?:[a-z][a-z0-9]*\\.){2,}|okhttp3\\.)[A-Z]\\w*(?:\\$\\w+)?)\"");

	/** Not on the class path of these tests, because they bring too much with them. */
	private static final Set<String> NOT_HERE = Set.of("org.springframework.session.SessionRepository",
			"org.springframework.modulith.events.core.EventPublicationRepository",
			"org.springframework.graphql.data.method.annotation.GraphQlExceptionHandler",
			"org.springframework.messaging.handler.annotation.MessageExceptionHandler",
			"org.apache.tomcat.jdbc.pool.DataSource",
			// The module grpc-tests looks for it.
			"org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration");

	private static final Pattern REFLECTION = Pattern
		.compile("find(Field|Method)\\(|getDeclared(Field|Method|Class)\\w*\\(|\\.getMethod\\(\"|Class\\.forName\\(");

	/** Files that use reflection, and where that is tested. */
	private static final Map<String, String> REFLECTING = Map.ofEntries(Map.entry("request/PeerAddress.java", "here"),
			Map.entry("httpclient/AbandonablePool.java", "here"), Map.entry("httpclient/ReactorConnector.java", "here"),
			Map.entry("httpclient/StoppableFeignClient.java", "here"),
			Map.entry("httpclient/JdkClientWrapper.java", "JdkClientBeanTests"),
			Map.entry("httpclient/LibraryClient.java", "here"), Map.entry("httpclient/ScopedClients.java", "here"),
			Map.entry("jdbc/DataSourceProxyingBeanPostProcessor.java", "the JDK's public API"),
			Map.entry("jdbc/DriverConnection.java", "here, ChangedDriverTests"),
			Map.entry("jdbc/HikariPoolField.java", "here, ChangedDriverTests"),
			Map.entry("jdbc/MariaDbSocket.java", "here, ChangedDriverTests"),
			Map.entry("mongodb/SideClient.java", "here"), Map.entry("redis/JedisClusters.java", "here"),
			Map.entry("redis/JedisPools.java", "here"), Map.entry("redis/LettuceCommands.java", "here"),
			Map.entry("redis/LettuceProviders.java", "here"),
			Map.entry("resilience/ResilienceInternals.java", "ResilienceAssumptionTests"),
			Map.entry("resilience/ScopedRetryInterceptor.java", "ResilienceAssumptionTests"),
			Map.entry("shutdown/ShutdownPhase.java", "ShutdownPhaseTests"),
			Map.entry("web/CancelledExceptionResolver.java", "ChangedMvcTests"));

	@Test
	void classesThatAreKnownByNameExist() {
		Map<String, String> names = new TreeMap<>();
		sources().forEach((file, source) -> CLASS_NAME.matcher(source)
			.results()
			.map((result) -> result.group(1))
			.filter((name) -> !NOT_HERE.contains(name))
			.forEach((name) -> names.put(name, file)));

		assertThat(names).hasSizeGreaterThan(15)
			.allSatisfy((name, file) -> assertThat(ClassUtils.isPresent(name, getClass().getClassLoader()))
				.as("%s takes for granted that there is a class %s. Its library has moved it:"
						+ " what that file does for this class no longer happens, in silence", file, name)
				.isTrue());
	}

	@Test
	void reflectionIsNowhereWithoutATestOfWhatItAssumes() {
		Set<String> reflecting = sources().entrySet()
			.stream()
			.filter((source) -> REFLECTION.matcher(source.getValue()).find())
			.map(Map.Entry::getKey)
			.collect(Collectors.toSet());

		assertThat(reflecting)
			.as("files that use reflection. A new one needs a test that names what it assumes, a call of"
					+ " ChangedLibrary.report where that is not so, and a place in this list")
			.containsExactlyInAnyOrderElementsOf(REFLECTING.keySet());
	}

	@Test
	void phasesAndOrdersOfOthersAreNotCopiedByNumber() {
		Pattern number = Pattern.compile("(DEFAULT_PHASE|_PRECEDENCE) [-+] (?!1\\b)\\d+");

		List<String> copies = sources().entrySet()
			.stream()
			.flatMap((source) -> number.matcher(source.getValue())
				.results()
				.map(MatchResult::group)
				.map((copy) -> source.getKey() + ": " + copy))
			.toList();

		assertThat(copies).as("numbers that follow another library's; ShutdownPhaseTests holds the one that is known")
			.containsExactlyInAnyOrder("grpc/ScopedServerInterceptor.java: _PRECEDENCE + 10", // its
																								// own
					"shutdown/ShutdownPhase.java: DEFAULT_PHASE - 1536",
					"web/CancelledExceptionResolver.java: _PRECEDENCE + 100"); // its own
	}

	@Test
	void hikariHasTheFieldOfItsPool() {
		assertThat(ReflectionUtils.findField(type("com.zaxxer.hikari.HikariDataSource"), "pool"))
			.as("HikariCP: HikariDataSource has a field 'pool', which Spring Boot's metrics read;"
					+ " otherwise jdbc.connections.* and hikaricp.* of a proxied pool are missing")
			.isNotNull();
	}

	@ParameterizedTest
	@CsvSource({
			"io.lettuce.core.AbstractRedisClient, channels, io.netty.channel.group.ChannelGroup,"
					+ " a blocking command that is stopped goes on at the server and may take an element",
			"redis.clients.jedis.ConnectionFactory, connectionBuilder, redis.clients.jedis.Connection$Builder,"
					+ " commands of Jedis do not end with their scope",
			"org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory, connectionProvider,"
					+ " org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider,"
					+ " the wait for a connection of Lettuce does not end with its scope",
			"org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory, reactiveConnectionProvider,"
					+ " org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider,"
					+ " the wait for a connection of Lettuce does not end with its scope",
			"org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory$"
					+ "ExceptionTranslatingConnectionProvider, delegate,"
					+ " org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider,"
					+ " the wait for a connection of Lettuce does not end with its scope",
			"org.springframework.data.redis.connection.lettuce.LettucePoolingConnectionProvider, connectionProvider,"
					+ " org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider,"
					+ " the wait for a connection of Lettuce does not end with its scope" })
	void redisClientsHaveTheField(String name, String field, String fieldType, String consequence) {
		Field found = ReflectionUtils.findField(type(name), field, type(fieldType));

		assertThat(found).as("%s has a field '%s' of type %s; otherwise %s", name, field, fieldType, consequence)
			.isNotNull();
		assertThat(found.trySetAccessible()).as("%s.%s can be read", name, field).isTrue();
	}

	@ParameterizedTest
	@CsvSource({
			"redis.clients.jedis.UnifiedJedis, executor, redis.clients.jedis.executors.CommandExecutor,"
					+ " the wait for a connection of Jedis does not end with its scope",
			"redis.clients.jedis.UnifiedJedis, commandObjects, redis.clients.jedis.CommandObjects,"
					+ " the wait for a connection of Jedis does not end with its scope",
			"org.springframework.data.redis.connection.jedis.JedisConnectionFactory, redisClient,"
					+ " redis.clients.jedis.UnifiedJedis,"
					+ " the wait for a connection of Jedis does not end with its scope",
			"redis.clients.jedis.UnifiedJedis, provider, redis.clients.jedis.providers.ConnectionProvider,"
					+ " commands of Jedis do not end with their scope if it uses sentinels",
			"redis.clients.jedis.providers.SentineledConnectionProvider, pool, redis.clients.jedis.ConnectionPool,"
					+ " commands of Jedis do not end with their scope if it uses sentinels",
			"redis.clients.jedis.providers.SentineledConnectionProvider, initPoolLock,"
					+ " java.util.concurrent.locks.Lock,"
					+ " commands of Jedis do not end with their scope if it uses sentinels",
			"org.springframework.data.redis.connection.jedis.JedisConnectionFactory, topologyProvider,"
					+ " org.springframework.data.redis.connection.ClusterTopologyProvider,"
					+ " commands of Jedis do not end with their scope if it uses a cluster",
			"org.springframework.data.redis.connection.jedis.JedisConnectionFactory, clusterCommandExecutor,"
					+ " org.springframework.data.redis.connection.ClusterCommandExecutor,"
					+ " commands of Jedis do not end with their scope if it uses a cluster",
			"org.springframework.data.redis.connection.jedis.JedisConnectionFactory, executor,"
					+ " org.springframework.core.task.AsyncTaskExecutor,"
					+ " commands of Jedis do not end with their scope if it uses a cluster" })
	void jedisHasTheField(String name, String field, String fieldType, String consequence) {
		assumeThat(ClassUtils.isPresent("redis.clients.jedis.RedisClient", null))
			.as("Spring Boot 4.0 has a Jedis that is not reached")
			.isTrue();
		redisClientsHaveTheField(name, field, fieldType, consequence);
	}

	@Test
	void springCreatesTheJedisClientOfAClusterInAMethodThatCanBeOverridden() throws Exception {
		assumeThat(ClassUtils.isPresent("redis.clients.jedis.RedisClient", null))
			.as("Spring Boot 4.0 has a Jedis that is not reached")
			.isTrue();
		String spring = "org.springframework.data.redis.connection.";
		assertThat(type(spring + "jedis.JedisConnectionFactory").getDeclaredMethod("createRedisClusterClient",
				type(spring + "RedisClusterConfiguration")))
			.as("Spring Data Redis: what a subclass creates is left alone; otherwise it would be lost")
			.isNotNull();
	}

	@Test
	void lettucesPoolOfSpringHasTheConstructor() throws Exception {
		String lettuce = "org.springframework.data.redis.connection.lettuce.";
		assertThat(type(lettuce + "LettucePoolingConnectionProvider").getDeclaredConstructor(
				type(lettuce + "LettuceConnectionProvider"), type(lettuce + "LettucePoolingClientConfiguration")))
			.as("Spring Data Redis: the pool is made of a provider and a configuration; otherwise the wait for a"
					+ " connection of Lettuce does not end with its scope")
			.isNotNull();
	}

	@Test
	void mariaDbHasTheFieldOfItsSocket() {
		assertThat(ReflectionUtils.findMethod(type("org.mariadb.jdbc.Connection"), "getClient"))
			.as("MariaDB's driver: Connection has a method 'getClient'; otherwise an abort waits for its statement"
					+ " where the server accepts no other connection")
			.isNotNull();
		assertThat(
				ReflectionUtils.findField(type("org.mariadb.jdbc.client.impl.StandardClient"), "socket", Socket.class))
			.as("MariaDB's driver: StandardClient has a field 'socket' of type Socket; otherwise an abort waits for"
					+ " its statement where the server accepts no other connection")
			.isNotNull();
	}

	@ParameterizedTest
	@CsvSource({ "org.postgresql.PGConnection, cancelQuery, a cancelled statement may wait for its cancel",
			"org.apache.commons.dbcp2.DelegatingStatement, getInnermostDelegate,"
					+ " statements are cancelled through the pool which may fail" })
	void driversHaveTheMethod(String name, String method, String consequence) {
		Method found = ReflectionUtils.findMethod(type(name), method);

		assertThat(found).as("%s has a method '%s'; otherwise %s", name, method, consequence).isNotNull();
		assertThat(found.trySetAccessible()).as("%s.%s can be called", name, method).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "org.postgresql.jdbc.PgConnection, org.postgresql.", "org.mariadb.jdbc.Connection, org.mariadb.",
			"com.mysql.cj.jdbc.ConnectionImpl, com.mysql.",
			"org.apache.catalina.connector.ResponseFacade, org.apache.catalina.",
			"org.eclipse.jetty.ee11.servlet.ServletApiResponse, org.eclipse.jetty." })
	void librariesAreKnownByTheirPackages(String name, String prefix) {
		assertThat(ClassUtils.isPresent(name, getClass().getClassLoader()))
			.as("%s is where classes that begin with %s are looked for; otherwise statements fetch without a watch,"
					+ " or half an answer looks like a whole one", name, prefix)
			.isTrue();
		assertThat(sources().values()).as("%s is compared with in the sources", prefix)
			.anyMatch((source) -> source.contains('"' + prefix + '"'));
	}

	@Test
	void restClientHasTheFieldOfItsRequestFactory() {
		assertThat(ReflectionUtils.findField(type("org.springframework.web.client.DefaultRestClient"),
				"clientRequestFactory", ClientHttpRequestFactory.class))
			.as("Spring Framework: DefaultRestClient has a field 'clientRequestFactory';"
					+ " otherwise calls of RestClient beans do not end with their scope")
			.isNotNull();
	}

	@ParameterizedTest
	@CsvSource({ "Jdk, java.net.http.HttpClient", "Jetty, org.eclipse.jetty.client.HttpClient",
			"Reactor, reactor.netty.http.client.HttpClient" })
	void requestFactoriesHaveTheFieldOfTheirClient(String library, String client) {
		Class<?> factory = type("org.springframework.http.client." + library + "ClientHttpRequestFactory");

		assertThat(ReflectionUtils.findField(factory, "httpClient", type(client)))
			.as("Spring Framework: %s has a field 'httpClient'; otherwise a call that waits for an answer"
					+ " keeps its connection after its scope was cancelled", factory.getSimpleName())
			.isNotNull();
	}

	@ParameterizedTest
	@CsvSource({
			"org.springframework.web.reactive.function.client.DefaultWebClientBuilder, connector,"
					+ " a cancelled call stays in the queue of Reactor Netty's pool",
			"org.springframework.http.client.reactive.ReactorClientHttpConnector, httpClient,"
					+ " a cancelled call stays in the queue of Reactor Netty's pool",
			"reactor.netty.http.client.HttpClientConfig, connectionProvider,"
					+ " a cancelled call stays in the queue of Reactor Netty's pool",
			"feign.Client$Default, sslContextFactory, calls of Feign's default client do not end with their scope",
			"feign.Client$Default, hostnameVerifier, calls of Feign's default client do not end with their scope",
			"feign.Client$Default, disableRequestBuffering, calls of Feign's default client do not end with their scope",
			"org.apache.catalina.connector.RequestFacade, request,"
					+ " no deadline header is believed with trust-headers=from-proxies" })
	void classHasTheField(String name, String field, String consequence) {
		assertThat(ReflectionUtils.findField(type(name), field))
			.as("%s has a field '%s'; otherwise %s", name, field, consequence)
			.isNotNull();
	}

	@ParameterizedTest
	@CsvSource({ "com.mongodb.client.internal.MongoClientImpl",
			"com.mongodb.reactivestreams.client.internal.MongoClientImpl" })
	void clientsOfMongoDbHaveTheirSettings(String client) {
		assertThat(ReflectionUtils.findMethod(type(client), "getSettings"))
			.as("MongoDB's drivers: %s has a method 'getSettings'; otherwise a cancelled read goes on where all"
					+ " connections of its client are occupied", client)
			.isNotNull();
	}

	@Test
	void requestOfReactorNettyIsItsConnection() {
		assertThat(type("reactor.netty.Connection")
			.isAssignableFrom(type("reactor.netty.http.client.HttpClientOperations")))
			.as("Reactor Netty: the native request of a WebClient is a Connection;"
					+ " otherwise a cancelled call can close the connection of another one")
			.isTrue();
	}

	private static Class<?> type(String name) {
		return ClassUtils.resolveClassName(name, ForeignInternalsTests.class.getClassLoader());
	}

	private static Map<String, String> sources() {
		try (Stream<Path> files = Files.walk(SOURCES)) {
			return files.filter((file) -> file.toString().endsWith(".java"))
				.collect(Collectors.toMap((file) -> SOURCES.relativize(file).toString().replace('\\', '/'),
						ForeignInternalsTests::read));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
