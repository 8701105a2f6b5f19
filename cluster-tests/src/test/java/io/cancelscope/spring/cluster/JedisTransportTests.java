package io.cancelscope.spring.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/**
 * Redis by Jedis.
 */
@EnabledForJreRange(min = JRE.JAVA_18,
		disabledReason = "how messages travel does not depend on the JDK: 17 has PostgreSQL")
class JedisTransportTests extends TransportContract {

	private final List<JedisConnectionFactory> factories = new ArrayList<>();

	@Override
	Engine startEngine() throws IOException {
		return RedisEngine.start();
	}

	@Override
	ReconnectingTransport transport(int port) {
		JedisConnectionFactory factory = new JedisConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", port),
				JedisClientConfiguration.builder().readTimeout(Duration.ofSeconds(2)).usePooling().build());
		factory.afterPropertiesSet();
		factory.start();
		this.factories.add(factory);
		return new RedisTransport(factory, "cancel-scope", HEARTBEAT);
	}

	@Override
	void closeClients() {
		this.factories.forEach(JedisConnectionFactory::destroy);
		this.factories.clear();
	}

}
