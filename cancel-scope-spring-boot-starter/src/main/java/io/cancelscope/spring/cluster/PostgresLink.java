package io.cancelscope.spring.cluster;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Two connections of PostgreSQL. One listens: the driver holds its lock meanwhile, so
 * that messages are sent on the other.
 */
final class PostgresLink implements TransportLink {

	/** The server takes less than 8,000 bytes, and a message is text there. */
	private static final int LONGEST_MESSAGE = 7_999 / 4 * 3;

	/**
	 * A message that a crash loses is not worth a write to the disk before it is sent.
	 */
	private static final String NOTIFY = "select set_config('synchronous_commit', 'off', true), pg_notify(?, ?)";

	private final String channel;

	/** Of this link alone. */
	private final String ownChannel;

	private final Receivers receivers;

	private final Connection listening;

	private final PGConnection notifications;

	private final Connection sending;

	private volatile boolean closed;

	private PostgresLink(String channel, String ownChannel, Receivers receivers, Connection listening,
			Connection sending) throws SQLException {
		this.channel = channel;
		this.ownChannel = ownChannel;
		this.receivers = receivers;
		this.listening = listening;
		this.notifications = listening.unwrap(PGConnection.class);
		this.sending = sending;
	}

	static PostgresLink open(PostgresAddress address, String channel, Receivers receivers) throws SQLException {
		String ownChannel = channel + "_" + UUID.randomUUID().toString().substring(0, 18);
		Connection listening = address.connect();
		Connection sending = null;
		try {
			listening.setAutoCommit(true);
			listen(listening, channel);
			listen(listening, ownChannel);
			sending = address.connect();
			sending.setAutoCommit(true);
			return new PostgresLink(channel, ownChannel, receivers, listening, sending);
		}
		catch (SQLException | RuntimeException ex) {
			abort(listening);
			abort(sending);
			throw ex;
		}
	}

	private static void listen(Connection connection, String channel) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("listen \"" + channel.replace("\"", "\"\"") + "\"");
		}
	}

	@Override
	public void publish(byte[] message) throws SQLException {
		if (message.length > LONGEST_MESSAGE) {
			throw new IllegalArgumentException("A message by PostgreSQL must not be longer than " + LONGEST_MESSAGE
					+ " bytes, but has " + message.length);
		}
		send(this.channel, Base64.getEncoder().encodeToString(message));
	}

	@Override
	public void ping(String token) throws SQLException {
		send(this.ownChannel, token);
	}

	private void send(String channel, String text) throws SQLException {
		try (PreparedStatement statement = this.sending.prepareStatement(NOTIFY)) {
			statement.setString(1, channel);
			statement.setString(2, text);
			statement.execute();
		}
	}

	@Override
	public void serve(Duration atMost) throws SQLException {
		// Zero would mean for ever.
		int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, atMost.toMillis()));
		PGNotification[] received = this.notifications.getNotifications(millis);
		if (this.closed) {
			throw new SQLException("Closed");
		}
		if (received != null) {
			for (PGNotification each : received) {
				received(each.getName(), each.getParameter());
			}
		}
	}

	private void received(String channel, String text) {
		if (channel.equals(this.ownChannel)) {
			this.receivers.tokens().accept(text);
		}
		else if (channel.equals(this.channel)) {
			byte[] message;
			try {
				message = Base64.getDecoder().decode(text.getBytes(StandardCharsets.ISO_8859_1));
			}
			catch (IllegalArgumentException ex) {
				// Ignored: anybody may notify this channel.
				return;
			}
			this.receivers.messages().accept(message);
		}
	}

	/** Closes the sockets, without waiting for the server or for the driver's locks. */
	@Override
	public void close() {
		this.closed = true;
		abort(this.listening);
		abort(this.sending);
	}

	private static void abort(@Nullable Connection connection) {
		if (connection == null) {
			return;
		}
		try {
			connection.abort(Runnable::run);
		}
		catch (SQLException ex) {
			// Ignored: it is of no use any more.
		}
	}

}
