package io.cancelscope.spring.cluster;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Spring Cloud Bus over Kafka, which takes messages also while it is down.
 */
@DisabledForJreRange(min = JRE.JAVA_18, disabledReason = "takes half a minute: newer JDKs try RabbitMQ")
class KafkaBusTests extends BusBrokerContract {

	@Override
	Engine startEngine() throws IOException {
		return KafkaEngine.start();
	}

	@Override
	List<String> properties(int port) {
		return List.of("spring.cloud.stream.default-binder=kafka", "spring.kafka.bootstrap-servers=127.0.0.1:" + port,
				"spring.cloud.stream.kafka.binder.brokers=127.0.0.1:" + port);
	}

}
