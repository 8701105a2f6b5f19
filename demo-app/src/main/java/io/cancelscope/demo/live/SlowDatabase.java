package io.cancelscope.demo.live;

import java.math.BigDecimal;
import java.time.Duration;

import io.cancelscope.demo.supplier.Behaviour;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Queries that take as long as somebody wants. The database really works on them: it
 * reads row after row until the time has come.
 */
@Repository
class SlowDatabase {

	private static final String WAIT = """
			select 1 from system_range(1, 1000000000000) where reached(?) limit 1""";

	private static final Duration ARCHIVING = Duration.ofMillis(400);

	private final JdbcClient jdbc;

	SlowDatabase(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/** Finds what such a trip usually costs. */
	BigDecimal usualPrice(Behaviour behaviour) {
		if (behaviour == Behaviour.FAILING) {
			this.jdbc.sql("select * from history_that_was_dropped").query().listOfRows();
		}
		work(behaviour.usualLatency());
		return this.jdbc.sql("select avg(price) from fare").query(BigDecimal.class).single();
	}

	/** Archives a search; the tape is slow. */
	void archive(String outcome) {
		work(ARCHIVING);
		this.jdbc.sql("insert into archive (at, outcome) values (current_timestamp, ?)").param(outcome).update();
	}

	long archived() {
		return this.jdbc.sql("select count(*) from archive").query(Long.class).single();
	}

	private void work(Duration duration) {
		this.jdbc.sql(WAIT).param(System.nanoTime() + duration.toNanos()).query().listOfRows();
	}

}
