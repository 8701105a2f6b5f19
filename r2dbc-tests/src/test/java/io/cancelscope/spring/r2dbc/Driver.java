package io.cancelscope.spring.r2dbc;

import java.util.Locale;

/**
 * The drivers of the tests.
 */
enum Driver {

	POSTGRESQL {

		@Override
		Database database() throws Exception {
			return Postgres.shared();
		}

	},

	MARIADB {

		@Override
		Database database() throws Exception {
			return MariaDb.shared().byMariaDb();
		}

	},

	MYSQL {

		@Override
		Database database() throws Exception {
			return MariaDb.shared().byMySql();
		}

	};

	abstract Database database() throws Exception;

	/** A statement that takes some microseconds, and answers with the number. */
	String sleep(long micros, int answer) {
		String seconds = String.format(Locale.ROOT, "%.6f", micros / 1e6);
		return (this == POSTGRESQL) ? "select " + answer + " from pg_sleep(" + seconds + ")"
				: "select " + answer + " + sleep(" + seconds + ")";
	}

}
