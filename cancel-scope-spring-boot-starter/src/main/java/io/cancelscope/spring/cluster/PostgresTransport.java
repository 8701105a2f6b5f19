package io.cancelscope.spring.cluster;

import java.sql.SQLException;
import java.time.Duration;

/**
 * PostgreSQL's LISTEN and NOTIFY, on connections of its own, outside of every pool.
 */
final class PostgresTransport extends ReconnectingTransport {

	private final PostgresAddress address;

	private final String channel;

	PostgresTransport(PostgresAddress address, String channel, Duration heartbeat) {
		super("PostgreSQL", heartbeat);
		this.address = address;
		this.channel = channel;
	}

	@Override
	TransportLink open(TransportLink.Receivers receivers) throws SQLException {
		return PostgresLink.open(this.address, this.channel, receivers);
	}

	@Override
	String adviceForSilence() {
		return "A pooler in transaction mode, such as PgBouncer, does not deliver notifications:"
				+ " set cancel-scope.cluster.postgres.url to an address of the server itself, or of a pooler in"
				+ " session mode";
	}

}
