package io.cancelscope.spring.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Redis by Lettuce.
 */
@EnabledForJreRange(min = JRE.JAVA_18,
		disabledReason = "how messages travel does not depend on the JDK: 17 has PostgreSQL")
class LettuceTransportTests extends TransportContract {

	private final List<LettuceConnectionFactory> factories = new ArrayList<>();

	@Override
	Engine startEngine() throws IOException {
		return RedisEngine.start();
	}

	@Override
	ReconnectingTransport transport(int port) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", port),
				LettuceClientConfiguration.builder()
					.commandTimeout(Duration.ofSeconds(60))
					.shutdownQuietPeriod(Duration.ZERO)
					.build());
		factory.afterPropertiesSet();
		factory.start();
		this.factories.add(factory);
		return new RedisTransport(factory, "cancel-scope", HEARTBEAT);
	}

	@Override
	void closeClients() {
		this.factories.forEach(LettuceConnectionFactory::destroy);
		this.factories.clear();
	}

}
