package io.cancelscope.spring.redis;

import java.net.InetSocketAddress;
import java.net.Socket;

import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisSocketFactory;

/**
 * Remembers the socket of one connection, which Jedis keeps to itself. A connection to a
 * cluster must know its server: Jedis casts its sockets to the type that they have by
 * default.
 */
final class RecordingSockets extends DefaultJedisSocketFactory {

	private final JedisSocketFactory sockets;

	private volatile @Nullable Socket last;

	RecordingSockets(JedisSocketFactory sockets) {
		this.sockets = sockets;
	}

	@Override
	public Socket createSocket() {
		Socket socket = this.sockets.createSocket();
		this.last = socket;
		return socket;
	}

	@Override
	public HostAndPort getHostAndPort() {
		return (this.sockets instanceof DefaultJedisSocketFactory known) ? known.getHostAndPort()
				: super.getHostAndPort();
	}

	@Override
	public void updateHostAndPort(HostAndPort hostAndPort) {
		if (this.sockets instanceof DefaultJedisSocketFactory known) {
			known.updateHostAndPort(hostAndPort);
		}
		else {
			super.updateHostAndPort(hostAndPort);
		}
	}

	/** Returns where the connection comes from, as the server may see it. */
	@Nullable InetSocketAddress local() {
		Socket socket = this.last;
		return (socket != null && socket.getLocalSocketAddress() instanceof InetSocketAddress local) ? local : null;
	}

	@Override
	public String toString() {
		return this.sockets.toString();
	}

}
