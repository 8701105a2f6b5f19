package io.cancelscope.spring.cluster;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Three processes over Redis.
 */
@EnabledForJreRange(min = JRE.JAVA_18, disabledReason = "takes half a minute: JDK 17 tries PostgreSQL")
class RedisProcessesTests extends ThreeProcesses {

	@Override
	Engine startEngine(PostgresEngine database) throws IOException {
		return RedisEngine.start();
	}

	@Override
	List<String> properties(int port) {
		return List.of("cancel-scope.cluster.transport=redis", "spring.data.redis.host=127.0.0.1",
				"spring.data.redis.port=" + port, "spring.data.redis.client-type=lettuce",
				"spring.data.redis.timeout=2s");
	}

	@Override
	String engine() {
		return "Redis";
	}

}
