package io.cancelscope.spring.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A pool of a real server's connections, and the proxy in front of it that an application
 * gets.
 *
 * @param backendQuery asks the server for the number of a connection
 */
record WatchedPool(HikariDataSource raw, HikariDataSource watched, String backendQuery) implements AutoCloseable {

	Connection connection() throws SQLException {
		return this.watched.getConnection();
	}

	/** All there, none taken. */
	void awaitFull() {
		Awaitility.await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
			assertThat(this.raw.getHikariPoolMXBean().getActiveConnections()).isZero();
			assertThat(this.raw.getHikariPoolMXBean().getIdleConnections()).isEqualTo(this.raw.getMaximumPoolSize());
		});
	}

	int backend() throws SQLException {
		return number(this.backendQuery);
	}

	int number(String query) throws SQLException {
		try (Connection connection = connection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(query)) {
			rows.next();
			return rows.getInt(1);
		}
	}

	@Override
	public void close() {
		this.raw.close();
	}

}
