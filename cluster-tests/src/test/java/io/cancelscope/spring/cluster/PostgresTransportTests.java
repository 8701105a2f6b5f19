package io.cancelscope.spring.cluster;

import java.io.IOException;

/**
 * PostgreSQL.
 */
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
