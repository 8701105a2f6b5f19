package io.cancelscope.spring.cluster;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;

import org.jspecify.annotations.Nullable;

/**
 * How to connect to a PostgreSQL server without a pool. A pool would lend one of its
 * connections for ever, and have none left just when all of them hang.
 *
 * @param url the URL of the driver
 * @param username the user; null if the URL has it
 * @param password the password; null if the URL has it, or for none
 */
record PostgresAddress(String url, @Nullable String username, @Nullable String password) {

	/** In seconds. None of them counts for what the URL says itself. */
	private static final String CONNECT_TIMEOUT = "5";

	private static final String SOCKET_TIMEOUT = "10";

	/**
	 * Returns whether a URL is one of PostgreSQL, also through a driver around its own.
	 */
	static boolean isOf(@Nullable String url) {
		return url != null && url.toLowerCase(Locale.ROOT).startsWith("jdbc:")
				&& url.toLowerCase(Locale.ROOT).contains("postgresql:");
	}

	/**
	 * Opens a connection. The driver waits for the server, at every moment, ten seconds.
	 */
	Connection connect() throws SQLException {
		Properties properties = new Properties();
		set(properties, "user", this.username);
		set(properties, "password", this.password);
		properties.setProperty("ApplicationName", "cancel-scope");
		properties.setProperty("connectTimeout", CONNECT_TIMEOUT);
		properties.setProperty("socketTimeout", SOCKET_TIMEOUT);
		properties.setProperty("tcpKeepAlive", "true");
		// A statement that stays prepared is lost behind a pooler.
		properties.setProperty("prepareThreshold", "0");
		// Not by the DriverManager, which does not know the driver in every class loader.
		Driver driver = new org.postgresql.Driver();
		Connection connection = driver.acceptsURL(this.url) ? driver.connect(this.url, properties)
				: DriverManager.getConnection(this.url, properties);
		if (connection == null) {
			throw new SQLException("No driver accepts the URL of PostgreSQL");
		}
		return connection;
	}

	private static void set(Properties properties, String name, @Nullable String value) {
		if (value != null) {
			properties.setProperty(name, value);
		}
	}

	/** Without the password, and without the URL, which may have one. */
	@Override
	public String toString() {
		return "PostgreSQL";
	}

}
