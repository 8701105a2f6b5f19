package io.cancelscope.spring.cluster;

import java.util.List;

import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Three processes over PostgreSQL.
 */
@DisabledForJreRange(min = JRE.JAVA_18, disabledReason = "takes half a minute: newer JDKs try Redis")
class PostgresProcessesTests extends ThreeProcesses {

	@Override
	Engine startEngine(PostgresEngine database) {
		return database;
	}

	@Override
	List<String> properties(int port) {
		return List.of("cancel-scope.cluster.transport=postgres", "spring.data.redis.repositories.enabled=false",
				"cancel-scope.cluster.postgres.url=" + PostgresEngine.url(port));
	}

	@Override
	String engine() {
		return "PostgreSQL";
	}

}
