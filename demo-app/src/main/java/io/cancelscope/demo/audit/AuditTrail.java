package io.cancelscope.demo.audit;

import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScoped;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Writes and reads the audit trail.
 */
@Repository
public class AuditTrail {

	private final JdbcClient jdbc;

	AuditTrail(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	/**
	 * Writes an entry, also from inside a scope that is cancelled: the shield keeps the
	 * caller's cancellation and deadline out, so the check passes. The timeout gives the
	 * write a budget of its own, as nobody else's counts any more.
	 */
	@CancelScoped(name = "audit", shield = true, timeout = "500ms")
	public void write(AuditEntry entry) {
		CancelScope.current().check();
		this.jdbc.sql("""
				insert into audit (at, route, mode, budget_ms, elapsed_ms, cancelled, outcome)
				values (?, ?, ?, ?, ?, ?, ?)""")
			.params(entry.at(), entry.route(), entry.mode(), entry.budgetMs(), entry.elapsedMs(), entry.cancelled(),
					entry.outcome())
			.update();
	}

	/** Begins a new trail, without a row. */
	public void startAfresh() {
		this.jdbc.sql("delete from audit").update();
	}

	/** Returns the last entries, the newest first. */
	List<AuditEntry> last(int count) {
		return this.jdbc.sql("select * from audit order by id desc limit ?")
			.param(count)
			.query(AuditEntry.class)
			.list();
	}

}
