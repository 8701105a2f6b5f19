package io.cancelscope.spring.r2dbc;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;

import io.r2dbc.spi.ConnectionFactory;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server with statements that run for a minute.
 */
interface Database {

	ConnectionFactory driver();

	/** One row, after a minute. */
	String sleep();

	/** More rows than anyone reads. */
	String rows();

	/** Changes the table {@code item} after a minute. */
	String update();

	/** The number of the connection. */
	String backend();

	int running() throws SQLException;

	int number(String sql) throws SQLException;

	void execute(String sql) throws SQLException;

	void signal(String name) throws IOException, InterruptedException;

	default void awaitRunning(int count) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ofMillis(2))
			.untilAsserted(() -> assertThat(running()).isEqualTo(count));
	}

}
