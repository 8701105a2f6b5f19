package io.cancelscope.spring;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Statements of an H2 that tell when they have begun, and last as long as is wished.
 */
public final class HeldStatement {

	/** The database calls static methods. */
	private static volatile HeldStatement current;

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	private final JdbcTemplate jdbc;

	/**
	 * Creates one, which the database calls from now on.
	 * @param jdbc the database
	 */
	public HeldStatement(JdbcTemplate jdbc) {
		this.jdbc = jdbc;
		current = this;
		String type = HeldStatement.class.getName();
		jdbc.execute("create alias if not exists tick for '" + type + ".tick'");
		jdbc.execute("create alias if not exists hold for '" + type + ".hold'");
	}

	/**
	 * Runs a statement that takes hours.
	 * @return a number of rows
	 */
	public Long endless() {
		return this.jdbc.queryForObject(
				"select count(*) from system_range(1, 1000000) a," + " system_range(1, 1000000) b where tick() = 1",
				Long.class);
	}

	/**
	 * Runs a statement that ends when it is released.
	 * @return 7
	 */
	public Long held() {
		return this.jdbc.queryForObject("select hold()", Long.class);
	}

	/** Waits until the statement has begun. */
	public void awaitBegun() throws InterruptedException {
		assertThat(this.begun.await(20, TimeUnit.SECONDS)).as("a statement").isTrue();
	}

	/** Lets the statement end. */
	public void release() {
		this.released.countDown();
	}

	/** For the database alone. */
	public static int tick() {
		current.begun.countDown();
		return 1;
	}

	/** For the database alone. */
	public static long hold() throws InterruptedException {
		current.begun.countDown();
		assertThat(current.released.await(30, TimeUnit.SECONDS)).as("a release").isTrue();
		return 7;
	}

}
