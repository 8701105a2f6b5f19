package io.cancelscope.spring.r2dbc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.proxy.ProxyConnectionFactory;
import io.r2dbc.proxy.core.QueryExecutionInfo;
import io.r2dbc.proxy.core.QueryInfo;
import io.r2dbc.proxy.listener.ProxyExecutionListener;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Readable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.r2dbc.autoconfigure.ProxyConnectionFactoryCustomizer;
import org.springframework.boot.r2dbc.health.ConnectionFactoryHealthIndicator;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.r2dbc.connection.init.ConnectionFactoryInitializer;
import org.springframework.r2dbc.connection.init.ResourceDatabasePopulator;
import org.springframework.r2dbc.core.DatabaseClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Others that stand at the same {@code ConnectionFactory}: r2dbc-proxy around the
 * library's proxy or inside of it, Spring Boot's health indicator, and scripts at
 * start-up.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NeighbourTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private final CancelScopes scopes = CancelScopes.create();

	private final List<String> heard = new CopyOnWriteArrayList<>();

	static Stream<Arguments> orders() {
		return Stream.of(Driver.values())
			.flatMap((driver) -> Stream.of(true, false).map((outside) -> Arguments.of(driver, outside)));
	}

	@ParameterizedTest
	@MethodSource("orders")
	void statementIsStoppedBesideR2dbcProxy(Driver driver, boolean outside) throws Exception {
		Database database = driver.database();
		ConnectionPool pool = pool(database, 1);
		ConnectionFactory factory = outside ? listened(WatchedPool.watched(pool, SOON))
				: WatchedPool.watched(listened(pool), SOON);
		DatabaseClient client = DatabaseClient.create(factory);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (scope) {
			Integer backend = client.sql(database.backend()).map(NeighbourTests::number).one().block(SOON);
			CompletableFuture<Integer> ended = client.sql(database.sleep())
				.map(NeighbourTests::number)
				.one()
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.toFuture();
			database.awaitRunning(1);
			scope.cancel("not needed");

			assertThat(ended).failsWithin(30, TimeUnit.SECONDS)
				.withThrowableThat()
				.withCauseInstanceOf(ScopeCancelledException.class);
			database.awaitRunning(0);
			Awaitility.await().atMost(SOON).until(() -> pool.getMetrics().orElseThrow().acquiredSize() == 0);
			assertThat(client.sql(database.backend()).map(NeighbourTests::number).one().block(SOON)).isEqualTo(backend);
			assertThat(this.heard).contains(database.sleep(), database.backend());
		}
		finally {
			pool.disposeLater().block(SOON);
		}
	}

	/**
	 * Spring Boot puts r2dbc-proxy around the driver, inside the pool, if it is there.
	 */
	@Test
	void statementIsStoppedBesideTheProxyOfSpringBoot() throws Exception {
		Postgres database = Postgres.shared();
		SpringApplication application = new SpringApplication(App.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("report"));
		try (scope;
				ConfigurableApplicationContext context = application.run(
						"--spring.r2dbc.url=r2dbc:postgresql://localhost:" + database.port() + "/postgres",
						"--spring.r2dbc.username=postgres", "--spring.r2dbc.pool.initial-size=1",
						"--spring.r2dbc.pool.max-size=1", "--spring.main.banner-mode=off",
						"--logging.level.root=warn")) {
			DatabaseClient client = context.getBean(DatabaseClient.class);
			// Making the connection takes statements, too.
			assertThat(client.sql(database.backend()).map(NeighbourTests::number).one().block(SOON)).isPositive();
			CompletableFuture<Integer> ended = client.sql(database.sleep())
				.map(NeighbourTests::number)
				.one()
				.contextWrite((inside) -> inside.put(ScopeInContext.KEY, scope))
				.toFuture();
			database.awaitRunning(1);
			scope.cancel("not needed");

			assertThat(ended).failsWithin(30, TimeUnit.SECONDS)
				.withThrowableThat()
				.withCauseInstanceOf(ScopeCancelledException.class);
			database.awaitRunning(0);
			assertThat(context.getBean(App.class).heard).contains(database.sleep());
		}
	}

	@Test
	void healthIndicatorIsUp() throws Exception {
		ConnectionPool pool = pool(Postgres.shared(), 1);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("health").withTimeout(SOON));
		try (scope) {
			ConnectionFactory factory = WatchedPool.watched(pool, SOON);
			for (ConnectionFactoryHealthIndicator health : List.of(new ConnectionFactoryHealthIndicator(factory),
					new ConnectionFactoryHealthIndicator(factory, "select 1"))) {
				assertThat(health.health().block(SOON).getStatus()).isEqualTo(Status.UP);
				assertThat(health.health()
					.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
					.block(SOON)
					.getStatus()).isEqualTo(Status.UP);
			}
		}
		finally {
			pool.disposeLater().block(SOON);
		}
	}

	@Test
	void scriptsRunAtStartUp() throws Exception {
		Postgres database = Postgres.shared();
		ConnectionPool pool = pool(database, 1);
		try {
			ConnectionFactoryInitializer initializer = new ConnectionFactoryInitializer();
			initializer.setConnectionFactory(WatchedPool.watched(pool, SOON));
			initializer.setDatabasePopulator(new ResourceDatabasePopulator(new ByteArrayResource(
					"drop table if exists script; create table script (n int); insert into script values (1), (2);"
						.getBytes(StandardCharsets.UTF_8))));

			initializer.afterPropertiesSet();

			assertThat(database.number("select count(*) from script")).isEqualTo(2);
			assertThat(pool.getMetrics().orElseThrow().acquiredSize()).isZero();
		}
		finally {
			pool.disposeLater().block(SOON);
		}
	}

	private static ConnectionPool pool(Database database, int size) {
		return new ConnectionPool(
				ConnectionPoolConfiguration.builder(database.driver()).initialSize(0).maxSize(size).build());
	}

	private ConnectionFactory listened(ConnectionFactory factory) {
		return ProxyConnectionFactory.builder(factory).listener(new Listener(this.heard)).build();
	}

	private static Integer number(Readable row) {
		return row.get(0, Number.class).intValue();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class App {

		private final List<String> heard = new CopyOnWriteArrayList<>();

		@Bean
		ProxyConnectionFactoryCustomizer listening() {
			return (builder) -> builder.listener(new Listener(this.heard));
		}

	}

	/** Hears of each statement. */
	private static final class Listener implements ProxyExecutionListener {

		private final List<String> heard;

		Listener(List<String> heard) {
			this.heard = heard;
		}

		@Override
		public void beforeQuery(QueryExecutionInfo info) {
			info.getQueries().stream().map(QueryInfo::getQuery).forEach(this.heard::add);
		}

	}

}
