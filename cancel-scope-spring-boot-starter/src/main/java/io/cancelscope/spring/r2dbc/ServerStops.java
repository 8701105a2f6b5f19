package io.cancelscope.spring.r2dbc;

import java.time.Duration;

import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Wrapped;

import org.springframework.util.ClassUtils;

/**
 * Finds out how the statements of a connection are stopped at its database.
 */
final class ServerStops {

	/** More layers than any application has. */
	private static final int MOST_LAYERS = 16;

	private static final boolean POSTGRES = isPresent("io.r2dbc.postgresql.api.PostgresqlConnection");

	private static final boolean MARIADB = isPresent("org.mariadb.r2dbc.api.MariadbConnection");

	private static final boolean MYSQL = isPresent("io.asyncer.r2dbc.mysql.api.MySqlConnection");

	private final ConnectionFactory factory;

	private final Duration abortAfter;

	ServerStops(ConnectionFactory factory, Duration abortAfter) {
		this.factory = factory;
		this.abortAfter = abortAfter;
	}

	boolean isOf(ConnectionFactory factory) {
		return this.factory == factory;
	}

	/** Time from a stop until the connection is closed; zero for never. */
	Duration abortAfter() {
		return this.abortAfter;
	}

	/**
	 * Returns what stops the statements of a connection.
	 * @param own the driver's connection
	 */
	ServerStop of(Connection own) {
		if (POSTGRES && Postgres.is(own)) {
			return Postgres.stopOf(own);
		}
		if (MARIADB && KillQuery.MariaDb.is(own)) {
			return KillQuery.MariaDb.stopOf(own, unpooled());
		}
		if (MYSQL && KillQuery.MySql.is(own)) {
			return new KillQuery(own, unpooled());
		}
		return ServerStop.NONE;
	}

	private ConnectionFactory unpooled() {
		return innermost(ConnectionFactory.class, this.factory);
	}

	/** Looks through pools and other wrappers. */
	static <T> T innermost(Class<T> type, T outer) {
		T at = outer;
		for (int i = 0; i < MOST_LAYERS; i++) {
			if (!(at instanceof Wrapped<?> wrapped)) {
				return at;
			}
			Object next = wrapped.unwrap();
			if (!type.isInstance(next) || next == at) {
				return at;
			}
			at = type.cast(next);
		}
		return at;
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, ServerStops.class.getClassLoader());
	}

	/** Loaded only where there is such a driver. */
	private static final class Postgres {

		static boolean is(Connection own) {
			return own instanceof PostgresqlConnection;
		}

		static ServerStop stopOf(Connection own) {
			PostgresqlConnection connection = (PostgresqlConnection) own;
			return connection::cancelRequest;
		}

	}

}
