package io.cancelscope.benchmarks.stops;

import java.util.HashSet;
import java.util.Set;

import io.cancelscope.benchmarks.report.Figures;
import io.cancelscope.benchmarks.stops.Times.What;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A transaction that has inserted a row and is busy with something else when its time is
 * up: gone when it has ended. What is counted is whether the row is there in the end.
 */
final class LateTransaction implements Scenario {

	private final Stage stage;

	private final JdbcTemplate jdbc;

	private final TransactionTemplate transaction;

	LateTransaction(Stage stage) {
		this.stage = stage;
		this.jdbc = stage.bean(JdbcTemplate.class);
		this.transaction = stage.bean(TransactionTemplate.class);
		this.jdbc.execute("drop table if exists bookings");
		this.jdbc.execute("create table bookings (id int)");
	}

	@Override
	public void run(int id) throws Exception {
		this.stage.rival().within("Bookings.book", Work.BUDGET, () -> {
			try {
				this.transaction.executeWithoutResult((status) -> {
					this.jdbc.update("insert into bookings values (?)", id);
					Work.deaf(Work.LENGTH);
				});
			}
			finally {
				this.stage.times().over(What.GONE, id);
			}
			return null;
		});
	}

	@Override
	public void addTo(Figures figures, String prefix, String suffix, int from) {
		Set<Integer> committed = new HashSet<>(this.jdbc.queryForList("select id from bookings", Integer.class));
		for (int id = from; id < this.stage.times().repetitions(); id++) {
			figures.add(prefix + "committed" + suffix, "committed", committed.contains(id) ? 1 : 0);
		}
	}

}
