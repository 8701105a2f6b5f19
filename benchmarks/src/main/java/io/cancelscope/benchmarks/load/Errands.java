package io.cancelscope.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.client.RestClient;

/**
 * The three things that the application waits for, written once for all subjects: what
 * stops them is configured.
 */
class Errands {

	private final RestClient http;

	private final JdbcTemplate jdbc;

	private final Duration patience;

	/**
	 * Creates them.
	 * @param http a client of Spring Boot's, of the peer
	 * @param jdbc a template of Spring Boot's
	 * @param patience the longest that {@link #await} lasts
	 */
	Errands(RestClient http, JdbcTemplate jdbc, Duration patience) {
		this.http = http;
		this.jdbc = jdbc;
		this.patience = patience;
	}

	void ask(int id, Duration time) {
		this.http.get().uri("/{id}/{time}", id, time.toMillis()).retrieve().body(String.class);
	}

	void query(int id, Duration time) {
		this.jdbc.queryForObject(QueryWatch.statement(id, time), Integer.class);
	}

	/** Outside of a scope that is a plain wait. */
	void await(Duration time) throws InterruptedException {
		Duration longest = (time.compareTo(this.patience) < 0) ? time : this.patience;
		CancelScope.current()
			.interruptibly((scope) -> new CountDownLatch(1).await(longest.toNanos(), TimeUnit.NANOSECONDS));
	}

}
