package io.cancelscope.spring.redis;

import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;

import static org.assertj.core.api.Assertions.assertThat;

class RecordingSocketsTests {

	/**
	 * Jedis casts the sockets of a connection, when the servers of a cluster that it was
	 * started with do not answer any more.
	 */
	@Test
	void serverIsKnown() {
		HostAndPort server = new HostAndPort("server", 7000);
		HostAndPort moved = new HostAndPort("moved", 7001);
		DefaultJedisSocketFactory sockets = new DefaultJedisSocketFactory(server);
		DefaultJedisSocketFactory recording = new RecordingSockets(sockets);

		assertThat(recording.getHostAndPort()).isEqualTo(server);
		recording.updateHostAndPort(moved);
		assertThat(sockets.getHostAndPort()).isEqualTo(moved);
	}

}
