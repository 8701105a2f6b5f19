package io.cancelscope.benchmarks.stops;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * What a scenario has to work with.
 *
 * @param rival how work is kept within its budget
 * @param application the application
 * @param threads a pool with enough threads
 * @param database the URL of the database
 * @param times what to note down when
 */
record Stage(Rival rival, ConfigurableApplicationContext application, ExecutorService threads, String database,
		Times times) {

	<T> T bean(Class<T> type) {
		return this.application.getBean(type);
	}

	Connection connect() throws SQLException {
		return DriverManager.getConnection(this.database);
	}

}
