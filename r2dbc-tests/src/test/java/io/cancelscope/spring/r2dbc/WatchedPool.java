package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.Set;

import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.pool.PoolMetrics;
import io.r2dbc.spi.ConnectionFactory;
import org.awaitility.Awaitility;
import reactor.core.publisher.Mono;

import org.springframework.r2dbc.core.DatabaseClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A pool, and in front of it the proxy that an application gets.
 */
final class WatchedPool implements AutoCloseable {

	private static final Duration SOON = Duration.ofSeconds(30);

	private final ConnectionPool raw;

	private final ConnectionFactory factory;

	private final DatabaseClient client;

	private final Database database;

	WatchedPool(Database database, int size) {
		this(database, size, SOON);
	}

	WatchedPool(Database database, int size, Duration abortAfter) {
		this.database = database;
		this.raw = new ConnectionPool(
				ConnectionPoolConfiguration.builder(database.driver()).initialSize(0).maxSize(size).build());
		this.factory = watched(this.raw, abortAfter);
		this.client = DatabaseClient.create(this.factory);
	}

	static ConnectionFactory watched(ConnectionFactory factory, Duration abortAfter) {
		CancelScopeR2dbcProperties properties = new CancelScopeR2dbcProperties(true, Set.of(), abortAfter);
		return (ConnectionFactory) new ConnectionFactoryProxyingBeanPostProcessor(() -> properties, true)
			.postProcessAfterInitialization(factory, "connectionFactory");
	}

	ConnectionFactory factory() {
		return this.factory;
	}

	DatabaseClient client() {
		return this.client;
	}

	Mono<Integer> number(String sql) {
		return this.client.sql(sql).map((row) -> row.get(0, Number.class).intValue()).one();
	}

	int backend() {
		return number(this.database.backend()).block(SOON);
	}

	/** Waits until all connections are back, and nothing waits for one. */
	void awaitFull() {
		Awaitility.await().atMost(SOON).pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
			PoolMetrics metrics = this.raw.getMetrics().orElseThrow();
			assertThat(metrics.acquiredSize()).isZero();
			assertThat(metrics.pendingAcquireSize()).isZero();
		});
	}

	@Override
	public void close() {
		this.raw.disposeLater().block(SOON);
	}

}
