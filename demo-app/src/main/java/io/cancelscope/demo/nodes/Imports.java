package io.cancelscope.demo.nodes;

import java.time.Duration;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Imports into the database that all desks share. The database works on one statement as
 * long as somebody wants, a tenth of a second for each line.
 */
class Imports {

	private static final Duration LINE = Duration.ofMillis(100);

	private static final String INSERT = """
			insert into import_line (import, line)
			select ?, line from (select line, pg_sleep(0.1) from generate_series(1, ?) line) slow""";

	private static final String RUNNING = """
			select count(*) from pg_stat_activity
			where state = 'active' and query like 'insert into import_line%'""";

	private final JdbcClient jdbc;

	private final CancelScopes scopes;

	Imports(JdbcClient jdbc, CancelScopes scopes) {
		this.jdbc = jdbc;
		this.scopes = scopes;
	}

	/** Imports, until it is cancelled by its key. */
	int run(int number, Duration takes) {
		return this.scopes.call(ScopeOptions.named("import").withKey(key(number)),
				(scope) -> this.jdbc.sql(INSERT).param(number).param((int) takes.dividedBy(LINE)).update());
	}

	/** Returns the key of the scope of an import. */
	static String key(int number) {
		return "import-" + number;
	}

	/** Returns how many such statements the database works on now, for all desks. */
	int running() {
		return this.jdbc.sql(RUNNING).query(Integer.class).single();
	}

}
