package io.cancelscope.spring.jdbc;

import java.sql.SQLException;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.apache.commons.dbcp2.BasicDataSource;

/**
 * The pools that stand between an application and the fake database.
 */
enum FakePool {

	NONE {

		@Override
		DataSource of(FakeDatabase database, int size) {
			return database;
		}

		@Override
		int active(DataSource pool) {
			return 0;
		}

	},

	HIKARI {

		@Override
		DataSource of(FakeDatabase database, int size) {
			HikariConfig config = new HikariConfig();
			config.setDataSource(database);
			config.setMaximumPoolSize(size);
			config.setConnectionTimeout(60_000);
			config.setValidationTimeout(50_000);
			return new HikariDataSource(config);
		}

		@Override
		int active(DataSource pool) {
			return ((HikariDataSource) pool).getHikariPoolMXBean().getActiveConnections();
		}

	},

	DBCP2 {

		@Override
		DataSource of(FakeDatabase database, int size) throws SQLException {
			BasicDataSource pool = new BasicDataSource();
			pool.setDriver(database.driver());
			pool.setUrl("jdbc:fake:");
			pool.setMaxTotal(size);
			return pool;
		}

		@Override
		int active(DataSource pool) {
			return ((BasicDataSource) pool).getNumActive();
		}

	};

	abstract DataSource of(FakeDatabase database, int size) throws SQLException;

	/** How many of its connections are taken. */
	abstract int active(DataSource pool);

	static void close(DataSource pool) throws Exception {
		if (pool instanceof AutoCloseable closeable) {
			closeable.close();
		}
	}

}
