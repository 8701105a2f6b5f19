package io.cancelscope.spring.redis;

import redis.clients.jedis.Connection;

/**
 * Creates connections of Jedis whose commands end with their scope.
 */
final class ScopedConnectionBuilder extends Connection.Builder {

	private final Connection.Builder builder;

	private final RedisCancelProperties properties;

	ScopedConnectionBuilder(Connection.Builder builder, RedisCancelProperties properties) {
		this.builder = builder;
		this.properties = properties;
		socketFactory(builder.getSocketFactory());
		clientConfig(builder.getClientConfig());
	}

	@Override
	public Connection build() {
		RecordingSockets sockets = new RecordingSockets(getSocketFactory());
		Connection.Builder own = Connection.builder().socketFactory(sockets).clientConfig(getClientConfig());
		ScopedConnection connection = new ScopedConnection(own, sockets, this.builder::build, this.properties);
		connection.initializeFromClientConfig();
		return connection;
	}

}
