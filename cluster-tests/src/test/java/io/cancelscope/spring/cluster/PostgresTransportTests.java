package io.cancelscope.spring.cluster;

import java.io.IOException;

import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * PostgreSQL.
 */
@DisabledForJreRange(min = JRE.JAVA_18,
		disabledReason = "how messages travel does not depend on the JDK: newer ones have Redis")
class PostgresTransportTests extends TransportContract {

	@Override
	Engine startEngine() throws IOException {
		return PostgresEngine.start();
	}

	@Override
	ReconnectingTransport transport(int port) {
		return new PostgresTransport(new PostgresAddress(PostgresEngine.url(port), "postgres", null), "cancel-scope",
				HEARTBEAT);
	}

	@Override
	void closeClients() {
	}

}
