package io.cancelscope.demo.history;

import java.math.BigDecimal;

import io.cancelscope.demo.supplier.Behaviour;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Knows what trips usually cost.
 */
@Repository
public class FareHistory {

	private final JdbcClient jdbc;

	private final SlowQueries slow;

	FareHistory(JdbcClient jdbc, SlowQueries slow) {
		this.jdbc = jdbc;
		this.slow = slow;
	}

	/** Finds what a trip from there usually costs, in whatever way the query behaves. */
	public BigDecimal usualPrice(String from, Behaviour behaviour) {
		if (behaviour == Behaviour.FAILING) {
			this.jdbc.sql("select * from history_that_was_dropped").query().listOfRows();
		}
		this.slow.run(behaviour.usualLatency());
		return this.jdbc.sql("select cast(avg(price) as decimal(8, 2)) from fare where origin = ?")
			.param(from)
			.query(BigDecimal.class)
			.single();
	}

}
