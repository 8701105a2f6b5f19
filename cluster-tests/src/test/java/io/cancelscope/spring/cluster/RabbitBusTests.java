package io.cancelscope.spring.cluster;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Spring Cloud Bus over RabbitMQ.
 */
@EnabledForJreRange(min = JRE.JAVA_18, disabledReason = "takes half a minute: JDK 17 tries Kafka")
class RabbitBusTests extends BusBrokerContract {

	@Override
	Engine startEngine() throws IOException {
		return RabbitEngine.start();
	}

	@Override
	List<String> properties(int port) {
		return List.of("spring.cloud.stream.default-binder=rabbit", "spring.rabbitmq.host=127.0.0.1",
				"spring.rabbitmq.port=" + port,
				// By default 5 s, in which this test would only wait.
				"spring.cloud.stream.rabbit.default.consumer.recovery-interval=200");
	}

}
