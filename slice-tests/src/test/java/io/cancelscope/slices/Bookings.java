package io.cancelscope.slices;

import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScoped;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/**
 * Writes to a database within a transaction, and within its scope.
 */
@Repository
class Bookings {

	private final JdbcTemplate database;

	private final CancelScopes scopes;

	Bookings(JdbcTemplate database, CancelScopes scopes) {
		this.database = database;
		this.scopes = scopes;
	}

	@CancelScoped("1m")
	@Transactional
	public void bookAndCancel() {
		this.database.update("insert into booking values (1)");
		this.scopes.current().cancel("not wanted any more");
	}

	@CancelScoped("1m")
	@Transactional
	public String book() {
		this.database.update("insert into booking values (2)");
		return this.scopes.current().name();
	}

}
