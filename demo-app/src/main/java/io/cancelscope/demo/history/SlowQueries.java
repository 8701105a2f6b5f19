package io.cancelscope.demo.history;

import java.time.Duration;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Queries that take as long as somebody wants. The database really works on them: it
 * reads row after row until the time has come.
 */
@Repository
public class SlowQueries {

	private static final String WAIT = """
			select 1 from system_range(1, 1000000000000) where reached(?) limit 1""";

	private final JdbcClient jdbc;

	SlowQueries(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/** Keeps the database busy. */
	public void run(Duration duration) {
		this.jdbc.sql(WAIT).param(System.nanoTime() + duration.toNanos()).query().listOfRows();
	}

}
