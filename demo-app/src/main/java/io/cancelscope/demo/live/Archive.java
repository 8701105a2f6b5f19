package io.cancelscope.demo.live;

import java.time.Duration;

import io.cancelscope.demo.history.SlowQueries;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Where searches are written down for ever. The tape is slow.
 */
@Repository
class Archive {

	private static final Duration WINDING = Duration.ofMillis(400);

	private final JdbcClient jdbc;

	private final SlowQueries slow;

	Archive(JdbcClient jdbc, SlowQueries slow) {
		this.jdbc = jdbc;
		this.slow = slow;
	}

	void write(String outcome) {
		this.slow.run(WINDING);
		this.jdbc.sql("insert into archive (at, outcome) values (current_timestamp, ?)").param(outcome).update();
	}

	long count() {
		return this.jdbc.sql("select count(*) from archive").query(Long.class).single();
	}

}
