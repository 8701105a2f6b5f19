package io.cancelscope.spring.redis;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClusterClient;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.data.redis.connection.ClusterNodeResourceProvider;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisNode;

/**
 * Connections of Jedis for the commands that Spring Data sends to certain servers of a
 * cluster.
 */
final class ScopedClusterNodes implements ClusterNodeResourceProvider {

	private final RedisClusterClient client;

	ScopedClusterNodes(RedisClusterClient client) {
		this.client = client;
	}

	static HostAndPort address(RedisNode node) {
		return new HostAndPort(node.getRequiredHost(), node.getPortOr(Protocol.DEFAULT_PORT));
	}

	@Override
	@SuppressWarnings("unchecked") // callbacks of Jedis take this type
	public <S> S getResourceForSpecificNode(RedisClusterNode node) {
		ConnectionPool pool = this.client.getClusterNodes().get(address(node).toString());
		if (pool == null) {
			throw new DataAccessResourceFailureException("Node " + node + " is unknown to cluster");
		}
		return (S) new Jedis(connection(pool));
	}

	private static Connection connection(ConnectionPool pool) {
		return (CancelScope.current() instanceof OpenScope scope) ? ConnectionWait.within(scope, pool::getResource)
				: pool.getResource();
	}

	@Override
	public void returnResourceForSpecificNode(RedisClusterNode node, Object resource) {
		((Jedis) resource).close();
	}

}
