package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.AsideThreads;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;

/**
 * The connections of a client of Jedis to the servers of a cluster. Each server has a
 * pool of its own, which is reached before a connection is taken from it: pools come and
 * go with the servers.
 */
final class ScopedClusterProvider extends ClusterConnectionProvider {

	private static final Executor ASIDE = AsideThreads.create("cancel-scope-jedis-cluster-");

	private final CancelScopeRedisProperties properties;

	private final ReentrantLock lock = new ReentrantLock();

	/** The pools that are reached. Changed under the lock, and never in place. */
	private volatile Map<ConnectionPool, Opening<Connection>> reached = Map.of();

	ScopedClusterProvider(Set<HostAndPort> nodes, JedisClientConfig config,
			GenericObjectPoolConfig<Connection> poolConfig, @Nullable Duration topologyRefreshPeriod,
			CancelScopeRedisProperties properties) {
		super(nodes, config, poolConfig, topologyRefreshPeriod);
		this.properties = properties;
	}

	@Override
	public Connection getConnection(HostAndPort node) {
		return (node != null) ? connection(this.cache.setupNodeIfNotExist(node)) : getConnection();
	}

	/** A connection to any server that answers. */
	@Override
	public Connection getConnection() {
		JedisClusterOperationException none = new JedisClusterOperationException("No reachable node in cluster.");
		for (ConnectionPool pool : this.cache.getShuffledPrimaryNodesPool()) {
			try {
				return answering(pool);
			}
			catch (JedisException ex) {
				none.addSuppressed(ex);
			}
		}
		throw none;
	}

	private Connection answering(ConnectionPool pool) {
		Connection connection = connection(pool);
		boolean answers = false;
		try {
			connection.ping();
			answers = true;
			return connection;
		}
		finally {
			if (!answers) {
				connection.close();
			}
		}
	}

	@Override
	public Connection getConnectionFromSlot(int slot) {
		ConnectionPool pool = this.cache.getSlotPool(slot);
		if (pool == null) {
			renewSlotCache();
			pool = this.cache.getSlotPool(slot);
		}
		return (pool != null) ? connection(pool) : getConnection();
	}

	@Override
	public Connection getReplicaConnectionFromSlot(int slot) {
		reachAll(super.getNodes());
		return (CancelScope.current() instanceof OpenScope scope)
				? ConnectionWait.within(scope, () -> super.getReplicaConnectionFromSlot(slot))
				: super.getReplicaConnectionFromSlot(slot);
	}

	@Override
	public Map<String, ConnectionPool> getNodes() {
		return reachAll(super.getNodes());
	}

	@Override
	public Map<String, ConnectionPool> getPrimaryNodes() {
		return reachAll(super.getPrimaryNodes());
	}

	private Map<String, ConnectionPool> reachAll(Map<String, ConnectionPool> pools) {
		pools.values().forEach(this::reach);
		return pools;
	}

	private Connection connection(ConnectionPool pool) {
		boolean reached = reach(pool);
		return (CancelScope.current() instanceof OpenScope scope)
				? ConnectionWait.within(scope, () -> connection(pool, reached)) : connection(pool, reached);
	}

	private static Connection connection(ConnectionPool pool, boolean reached) {
		Connection connection = pool.getResource();
		// Race: a thread of the pool was creating a connection when the pool was reached.
		while (reached && !(connection instanceof ScopedConnection)) {
			connection.setBroken();
			connection.close();
			connection = pool.getResource();
		}
		return connection;
	}

	/** Returns whether the pool creates connections whose commands end. */
	private boolean reach(ConnectionPool pool) {
		return this.reached.containsKey(pool) || reachFirst(pool);
	}

	private boolean reachFirst(ConnectionPool pool) {
		List<Opening<Connection>> gone = new ArrayList<>();
		this.lock.lock();
		try {
			if (this.reached.containsKey(pool)) {
				return true;
			}
			Connection.Builder builder = JedisPools.builderOf(pool);
			if (builder == null) {
				return false;
			}
			Map<ConnectionPool, Opening<Connection>> pools = new HashMap<>(this.reached);
			pools.forEach((each, opening) -> {
				if (each.isClosed()) {
					gone.add(opening);
				}
			});
			pools.keySet().removeIf(ConnectionPool::isClosed);
			Opening<Connection> opening = JedisPools.opening();
			JedisPools.reach(pool, builder, this.properties, opening);
			pools.put(pool, opening);
			this.reached = pools;
		}
		finally {
			this.lock.unlock();
		}
		gone.forEach(Opening::close);
		return true;
	}

	/**
	 * Asks servers which of them has what. Nothing ends that, so it happens on another
	 * thread, and for the next caller if this one has left.
	 */
	@Override
	public void renewSlotCache() {
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			super.renewSlotCache();
			return;
		}
		try {
			ConnectionWait.forOther(scope, CompletableFuture.runAsync(super::renewSlotCache, ASIDE));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new JedisConnectionException("Interrupted while waiting for the servers of the cluster", ex);
		}
	}

	@Override
	public void close() {
		super.close();
		this.reached.values().forEach(Opening::close);
	}

	/** How many pools are reached, for tests. */
	int pools() {
		return this.reached.size();
	}

}
