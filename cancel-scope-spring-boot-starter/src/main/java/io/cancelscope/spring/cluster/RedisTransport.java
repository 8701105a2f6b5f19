package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.concurrent.Semaphore;

import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Redis publish/subscribe, over the application's connection factory.
 */
final class RedisTransport extends ReconnectingTransport {

	/**
	 * A subscription of Jedis keeps its thread until the server answers. Behind a network
	 * that swallows packets, that is long: so many may wait at one time.
	 */
	private static final int SUBSCRIBERS = 3;

	private final RedisConnectionFactory factory;

	private final String channel;

	private final Semaphore subscribers = new Semaphore(SUBSCRIBERS);

	RedisTransport(RedisConnectionFactory factory, String channel, Duration heartbeat) {
		super("Redis", heartbeat);
		this.factory = factory;
		this.channel = channel;
	}

	@Override
	TransportLink open(TransportLink.Receivers receivers) {
		return RedisLink.open(this.factory, this.channel, receivers, this.subscribers);
	}

	@Override
	String adviceForSilence() {
		return "Permit the user of this connection to publish to and subscribe to channels '" + this.channel + "*'";
	}

}
