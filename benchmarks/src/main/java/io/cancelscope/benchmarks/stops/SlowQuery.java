package io.cancelscope.benchmarks.stops;

import java.sql.SQLException;

import io.cancelscope.benchmarks.load.QueryWatch;
import io.cancelscope.benchmarks.stops.Times.What;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A query by {@link JdbcTemplate}: gone when the database executes it no more.
 */
final class SlowQuery implements Scenario {

	private final Stage stage;

	private final JdbcTemplate jdbc;

	private final QueryWatch watch;

	SlowQuery(Stage stage) throws SQLException {
		this.stage = stage;
		this.jdbc = stage.bean(JdbcTemplate.class);
		this.watch = new QueryWatch(stage.connect(), (id) -> stage.times().over(What.GONE, id));
	}

	@Override
	public void run(int id) throws Exception {
		this.stage.rival()
			.within("Fares.find", Work.BUDGET,
					() -> this.jdbc.queryForObject(QueryWatch.statement(id, Work.LENGTH), Integer.class));
	}

	@Override
	public void close() throws SQLException {
		this.watch.close();
	}

}
