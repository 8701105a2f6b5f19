package io.cancelscope.spring.redis;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import io.cancelscope.spring.ChangedLibrary;
import io.cancelscope.spring.OneLineLog;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandFlagsRegistry;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;

import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.data.redis.PassThroughExceptionTranslationStrategy;
import org.springframework.data.redis.connection.ClusterCommandExecutor;
import org.springframework.data.redis.connection.ClusterTopologyProvider;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClusterConnection.JedisClusterTopologyProvider;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.jedis.JedisExceptionConverter;
import org.springframework.util.ReflectionUtils;

/**
 * Gives a {@link JedisConnectionFactory} another client for its cluster, which has a
 * {@link ScopedClusterProvider}. A client cannot be told to create its pools in another
 * way, so the factory gets a new one that is built and customized in the same way, and
 * what depends on it.
 */
final class JedisClusters {

	private static final OneLineLog logger = OneLineLog.of(JedisClusters.class);

	private static final String CONSEQUENCE = "commands of Jedis do not end with their scope if it uses a cluster";

	/** Subclasses may override it. */
	private static final String CREATION = "createRedisClusterClient";

	private static final @Nullable Field CLIENT = field(JedisConnectionFactory.class, "redisClient",
			UnifiedJedis.class);

	private static final @Nullable Field TOPOLOGY = field(JedisConnectionFactory.class, "topologyProvider",
			ClusterTopologyProvider.class);

	private static final @Nullable Field NODES = field(JedisConnectionFactory.class, "clusterCommandExecutor",
			ClusterCommandExecutor.class);

	private static final @Nullable Field THREADS = field(JedisConnectionFactory.class, "executor",
			AsyncTaskExecutor.class);

	private static final @Nullable Field EXECUTOR = field(UnifiedJedis.class, "executor", CommandExecutor.class);

	private JedisClusters() {
	}

	private static @Nullable Field field(Class<?> owner, String name, Class<?> type) {
		return JedisPools.field(owner, name, type, CONSEQUENCE);
	}

	static void reach(JedisConnectionFactory factory, RedisClusterClient client,
			CancelScopeRedisProperties properties) {
		if (CLIENT == null || TOPOLOGY == null || NODES == null || THREADS == null || EXECUTOR == null) {
			return;
		}
		if (!(ReflectionUtils.getField(EXECUTOR,
				client) instanceof redis.clients.jedis.executors.ClusterCommandExecutor executor)
				|| executor.provider instanceof ScopedClusterProvider) {
			return;
		}
		ConnectionPool pool = pool(client);
		Connection.Builder builder = (pool != null) ? JedisPools.builderOf(pool) : null;
		RedisClusterConfiguration configuration = factory.getClusterConfiguration();
		if (pool == null || builder == null || configuration == null
				|| builder.getClientConfig().getAuthXManager() != null || isCustom(factory, executor)
				|| !isDefault(ReflectionUtils.getField(TOPOLOGY, factory), JedisClusterTopologyProvider.class)
				|| !isDefault(ReflectionUtils.getField(NODES, factory), ClusterCommandExecutor.class)) {
			logger.debug("Commands of this client of Jedis do not end with their scope: it has a cache, renews its"
					+ " credentials, or is created in a custom way");
			return;
		}
		Optional<RedisClusterClient> replacement = new Builder(properties).build(factory, configuration,
				builder.getClientConfig(), JedisClients.configuration(pool));
		replacement.ifPresent((scoped) -> {
			AsyncTaskExecutor threads = (AsyncTaskExecutor) ReflectionUtils.getField(THREADS, factory);
			ClusterTopologyProvider topology = new JedisClusterTopologyProvider(scoped);
			ReflectionUtils.setField(CLIENT, factory, scoped);
			ReflectionUtils.setField(TOPOLOGY, factory, topology);
			ReflectionUtils.setField(NODES, factory,
					new ClusterCommandExecutor(topology, new ScopedClusterNodes(scoped),
							new PassThroughExceptionTranslationStrategy(new JedisExceptionConverter()), threads));
			client.close();
		});
	}

	private static @Nullable ConnectionPool pool(RedisClusterClient client) {
		return client.getClusterNodes().values().stream().findFirst().orElse(null);
	}

	private static boolean isDefault(@Nullable Object object, Class<?> type) {
		return object != null && object.getClass() == type;
	}

	/** An application may create the client, or parts of it, in a way of its own. */
	private static boolean isCustom(JedisConnectionFactory factory,
			redis.clients.jedis.executors.ClusterCommandExecutor executor) {
		Method creation = ReflectionUtils.findMethod(factory.getClass(), CREATION, RedisClusterConfiguration.class);
		if (creation == null) {
			ChangedLibrary.report(JedisConnectionFactory.class, "a method '" + CREATION + "'", CONSEQUENCE);
			return true;
		}
		return creation.getDeclaringClass() != JedisConnectionFactory.class
				|| executor.getClass() != redis.clients.jedis.executors.ClusterCommandExecutor.class
				|| executor.provider.getClass() != ClusterConnectionProvider.class;
	}

	/**
	 * Builds a client, as {@link JedisConnectionFactory} does it. Keeps what the builder
	 * itself keeps to itself.
	 */
	private static final class Builder extends RedisClusterClient.Builder {

		private final CancelScopeRedisProperties properties;

		private Set<HostAndPort> nodes = Set.of();

		private int maxAttempts;

		private @Nullable Duration maxTotalRetriesDuration;

		private @Nullable Duration topologyRefreshPeriod;

		private @Nullable CommandFlagsRegistry commandFlags;

		private Builder(CancelScopeRedisProperties properties) {
			this.properties = properties;
		}

		/** Returns nothing if a customizer has set what would have to be replaced. */
		private Optional<RedisClusterClient> build(JedisConnectionFactory factory,
				RedisClusterConfiguration configuration, JedisClientConfig config,
				GenericObjectPoolConfig<Connection> pools) {
			Integer redirects = configuration.getMaxRedirects();
			nodes(configuration.getClusterNodes()
				.stream()
				.map(ScopedClusterNodes::address)
				.collect(Collectors.toSet()));
			maxAttempts((redirects != null) ? redirects : RedisClusterClient.DEFAULT_MAX_ATTEMPTS);
			clientConfig(config);
			factory.getClientConfiguration()
				.getClientCustomizer()
				.ifPresent((customizer) -> customizer.customize(this));
			if (this.connectionProvider != null || this.commandExecutor != null) {
				return Optional.empty();
			}
			// Those of the client that was built first, customized or not.
			clientConfig(config);
			poolConfig(pools);
			return Optional.of(build());
		}

		@Override
		public Builder nodes(Set<HostAndPort> nodes) {
			super.nodes(nodes);
			this.nodes = nodes;
			return this;
		}

		@Override
		public Builder maxAttempts(int maxAttempts) {
			super.maxAttempts(maxAttempts);
			this.maxAttempts = maxAttempts;
			return this;
		}

		@Override
		public Builder maxTotalRetriesDuration(Duration maxTotalRetriesDuration) {
			super.maxTotalRetriesDuration(maxTotalRetriesDuration);
			this.maxTotalRetriesDuration = maxTotalRetriesDuration;
			return this;
		}

		@Override
		public Builder topologyRefreshPeriod(Duration topologyRefreshPeriod) {
			super.topologyRefreshPeriod(topologyRefreshPeriod);
			this.topologyRefreshPeriod = topologyRefreshPeriod;
			return this;
		}

		@Override
		public Builder commandFlags(CommandFlagsRegistry commandFlags) {
			super.commandFlags(commandFlags);
			this.commandFlags = commandFlags;
			return this;
		}

		@Override
		protected ConnectionProvider createDefaultConnectionProvider() {
			return new ScopedClusterProvider(this.nodes, this.clientConfig, this.poolConfig, this.topologyRefreshPeriod,
					this.properties);
		}

		@Override
		protected CommandExecutor createDefaultCommandExecutor() {
			Duration retries = (this.maxTotalRetriesDuration != null) ? this.maxTotalRetriesDuration
					: Duration.ofMillis((long) this.clientConfig.getSocketTimeoutMillis() * this.maxAttempts);
			return new ScopedClusterExecutor((ClusterConnectionProvider) this.connectionProvider, this.maxAttempts,
					retries, (this.commandFlags != null) ? this.commandFlags : createDefaultCommandFlagsRegistry());
		}

	}

}
