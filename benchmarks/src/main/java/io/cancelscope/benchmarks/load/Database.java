package io.cancelscope.benchmarks.load;

import java.io.IOException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of the experiments' own.
 */
public final class Database {

	private Database() {
	}

	/**
	 * Starts one.
	 * @return the server
	 * @throws IOException if that is not possible
	 */
	public static EmbeddedPostgres start() throws IOException {
		((Logger) LoggerFactory.getLogger("io.zonky")).setLevel(Level.WARN);
		return EmbeddedPostgres.start();
	}

}
