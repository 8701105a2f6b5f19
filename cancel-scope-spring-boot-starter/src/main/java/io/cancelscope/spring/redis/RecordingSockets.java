package io.cancelscope.spring.redis;

import java.net.InetSocketAddress;
import java.net.Socket;

import org.jspecify.annotations.Nullable;
import redis.clients.jedis.JedisSocketFactory;

/**
 * Remembers the socket of one connection, which Jedis keeps to itself.
 */
final class RecordingSockets implements JedisSocketFactory {

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
