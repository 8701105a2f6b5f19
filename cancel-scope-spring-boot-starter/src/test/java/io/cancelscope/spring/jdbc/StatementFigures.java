package io.cancelscope.spring.jdbc;

import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;

import javax.sql.DataSource;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;

import org.springframework.util.ClassUtils;

/**
 * What it costs to watch over a statement: nanoseconds and bytes for preparing, setting a
 * parameter, executing and reading one row, on H2 in memory. Not a test; how to run it is
 * told in docs/decisions/0003-datasource.md.
 */
public final class StatementFigures {

	private static final int STATEMENTS = 200_000;

	private static final int ROUNDS = 9;

	private StatementFigures() {
	}

	/**
	 * Prints the figures.
	 * @param arguments none
	 * @throws Exception if the database fails
	 */
	public static void main(String[] arguments) throws Exception {
		JdbcDataSource h2 = new JdbcDataSource();
		h2.setUrl("jdbc:h2:mem:figures;DB_CLOSE_DELAY=-1");
		JdbcConnectionPool pool = JdbcConnectionPool.create(h2);
		CancelScopes scopes = CancelScopes.create();
		Source plain = pool::getConnection;
		Source watched = () -> ScopeAwareConnection.of(pool.getConnection(), JdbcSettings.defaults());
		Source library = library(pool);
		Figure[] figures = { new Figure("plain, no scope", plain, null), new Figure("watched, no scope", watched, null),
				new Figure("watched, scope without a deadline", watched, ScopeOptions.none()),
				new Figure("watched, scope with a deadline", watched, ScopeOptions.timeout(Duration.ofHours(1))),
				new Figure("datasource-proxy, no scope", library, null) };
		for (int round = 0; round < ROUNDS; round++) {
			for (Figure figure : figures) {
				if (figure.source != null) {
					figure.measure(scopes, round);
				}
			}
		}
		for (Figure figure : figures) {
			System.out.println(figure);
		}
	}

	/** The listener does nothing, so this is what the library alone costs. */
	private static Source library(DataSource pool) throws Exception {
		if (!ClassUtils.isPresent("net.ttddyy.dsproxy.support.ProxyDataSource", null)) {
			return null;
		}
		DataSource proxied = (DataSource) Class.forName("net.ttddyy.dsproxy.support.ProxyDataSource")
			.getConstructor(DataSource.class)
			.newInstance(pool);
		return proxied::getConnection;
	}

	@FunctionalInterface
	private interface Source {

		Connection get() throws SQLException;

	}

	private static final class Figure {

		private final String name;

		private final Source source;

		private final ScopeOptions options;

		private final long[] nanos = new long[ROUNDS];

		private final long[] bytes = new long[ROUNDS];

		Figure(String name, Source source, ScopeOptions options) {
			this.name = name;
			this.source = source;
			this.options = options;
		}

		void measure(CancelScopes scopes, int round) throws SQLException {
			com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory
				.getThreadMXBean();
			OpenScope scope = (this.options != null) ? scopes.open(this.options) : null;
			try (scope; Connection connection = this.source.get()) {
				long bytesBefore = threads.getCurrentThreadAllocatedBytes();
				long before = System.nanoTime();
				long sum = 0;
				for (int i = 0; i < STATEMENTS; i++) {
					try (PreparedStatement statement = connection.prepareStatement("select ?")) {
						statement.setInt(1, i);
						try (ResultSet rows = statement.executeQuery()) {
							rows.next();
							sum += rows.getInt(1);
						}
					}
				}
				this.nanos[round] = (System.nanoTime() - before) / STATEMENTS;
				this.bytes[round] = (threads.getCurrentThreadAllocatedBytes() - bytesBefore) / STATEMENTS;
				if (sum != (long) STATEMENTS * (STATEMENTS - 1) / 2) {
					throw new IllegalStateException("wrong rows");
				}
			}
		}

		@Override
		public String toString() {
			if (this.source == null) {
				return this.name + ": not on the class path";
			}
			Arrays.sort(this.nanos);
			Arrays.sort(this.bytes);
			return String.format("%-36s %6d ns %6d bytes   (%d to %d ns)", this.name, this.nanos[ROUNDS / 2],
					this.bytes[ROUNDS / 2], this.nanos[0], this.nanos[ROUNDS - 1]);
		}

	}

}
