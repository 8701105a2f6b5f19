package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Wrapped;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.r2dbc.OptionsCapableConnectionFactory;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcProxyAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.annotation.Id;
import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.r2dbc.repository.config.EnableR2dbcRepositories;
import org.springframework.data.relational.core.mapping.Table;
import org.springframework.data.repository.reactive.ReactiveCrudRepository;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * An application on WebFlux and R2DBC, with its own pool by Spring Boot.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class R2dbcApplicationTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	/** A second server would end the event loops of the first one when it stops. */
	private static final WebApplicationType NO_SERVER = WebApplicationType.NONE;

	private static ConfigurableApplicationContext context;

	private static Postgres database;

	@BeforeAll
	static void start() throws Exception {
		database = Postgres.shared();
		database.execute("drop table if exists item");
		database.execute("create table item (id serial primary key, n int)");
		context = run(WebApplicationType.REACTIVE);
	}

	private static ConfigurableApplicationContext run(WebApplicationType type, String... arguments) {
		SpringApplication application = new SpringApplication(App.class);
		application.setWebApplicationType(type);
		List<String> all = new ArrayList<>(
				List.of("--spring.r2dbc.url=r2dbc:postgresql://localhost:" + database.port() + "/postgres",
						"--spring.r2dbc.username=postgres", "--spring.r2dbc.pool.initial-size=1",
						"--spring.r2dbc.pool.max-size=2", "--server.port=0", "--spring.main.banner-mode=off",
						"--logging.level.root=warn", "--cancel-scope.timeouts[GET /report]=300ms",
						"--cancel-scope.timeouts[GET /short/{method}]=200ms"));
		all.addAll(List.of(arguments));
		return application.run(all.toArray(String[]::new));
	}

	@AfterAll
	static void close() {
		context.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "mono", "flux", "transactional", "repository" })
	void methodEndsAtItsDeadlineAndSoDoesItsQuery(String method) throws Exception {
		Reports reports = context.getBean(Reports.class);

		Throwable failure = catchThrowable(() -> (switch (method) {
			case "mono" -> reports.mono();
			case "flux" -> reports.flux().last();
			case "transactional" -> reports.transactional();
			default -> reports.repository();
		}).block(SOON));

		assertThat(failure).isInstanceOf(DeadlineExceededException.class)
			.hasMessageContaining("Reports." + method + "' (200ms) exceeded its deadline");
		awaitIdle();
		assertThat(database.number("select count(*) from item")).isZero();
	}

	@Test
	void requestIsAnswered504AtItsDeadlineAndItsQueryEnds() throws Exception {
		Integer status = client().get()
			.uri("/report")
			.exchangeToMono((response) -> response.releaseBody().thenReturn(response.statusCode().value()))
			.block(SOON);

		assertThat(status).isEqualTo(504);
		awaitIdle();
	}

	/** The scope of the method is inside that of the request. */
	@ParameterizedTest
	@ValueSource(strings = { "/scoped/mono", "/scoped/flux", "/scoped/transactional", "/short/mono", "/short/flux" })
	void scopedMethodInARequestEndsWithTheShorterOfBoth(String path) throws Exception {
		Integer status = client().get()
			.uri(path)
			.exchangeToMono((response) -> response.releaseBody().thenReturn(response.statusCode().value()))
			.block(SOON);

		assertThat(status).isEqualTo(504);
		awaitIdle();
		assertThat(database.number("select count(*) from item")).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/endless", "/rows", "/long/mono", "/long/flux" })
	void queryEndsWhenTheClientIsGone(String path) throws Exception {
		Disposable client = client().get().uri(path).retrieve().bodyToFlux(String.class).subscribe((row) -> {
		}, (failure) -> {
		});
		database.awaitRunning(1);
		client.dispose();

		awaitIdle();
	}

	@Test
	void beanIsStillAPoolAndUnwraps() {
		ConnectionPool pool = context.getBean(ConnectionPool.class);

		assertThat(AopUtils.isAopProxy(pool)).isTrue();
		assertThat(context.getBean(ConnectionFactory.class)).isSameAs(pool);
		assertThat(OptionsCapableConnectionFactory.unwrapFrom(pool)).isNotNull();
		assertThat(ServerStops.innermost(ConnectionFactory.class, pool))
			.isInstanceOf(PostgresqlConnectionFactory.class);
		assertThat(Mono
			.usingWhen(pool.create(),
					(connection) -> Mono.just(((Wrapped<?>) connection).unwrap() instanceof PostgresqlConnection),
					(connection) -> connection.close())
			.block(SOON)).isTrue();
	}

	@Test
	void connectionOfAFactoryThatIsNoPoolKeepsItsType() throws Exception {
		ConnectionFactory factory = WatchedPool.watched(database.driver(), SOON);

		assertThat(Mono
			.usingWhen(factory.create(),
					(connection) -> ((PostgresqlConnection) connection).createStatement("select 4")
						.execute()
						.flatMap((result) -> result.map((row, metadata) -> row.get(0, Integer.class)))
						.next(),
					(connection) -> connection.close())
			.block(SOON)).isEqualTo(4);
	}

	@Test
	void featureIsPublishedAndCanBeSwitchedOff() throws Exception {
		assertThat(context.getBeansOfType(CancelScopeFeature.class).values())
			.contains(CancelScopeFeature.named("r2dbc"));

		try (ConfigurableApplicationContext off = run(NO_SERVER, "--cancel-scope.r2dbc.enabled=false")) {
			assertThat(AopUtils.isAopProxy(off.getBean(ConnectionFactory.class))).isFalse();
		}
		try (ConfigurableApplicationContext excluded = run(NO_SERVER,
				"--cancel-scope.r2dbc.exclude-beans=connectionFactory")) {
			assertThat(AopUtils.isAopProxy(excluded.getBean(ConnectionFactory.class))).isFalse();
		}
	}

	@Test
	void wrongSettingIsNamed() {
		assertThat(catchThrowable(() -> run(NO_SERVER, "--cancel-scope.r2dbc.abort-after=-1s"))).rootCause()
			.hasMessageContaining("cancel-scope.r2dbc.abort-after")
			.hasMessageContaining("must not be negative");
	}

	private static WebClient client() {
		return WebClient.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port"));
	}

	private static void awaitIdle() throws Exception {
		database.awaitRunning(0);
		ConnectionPool pool = context.getBean(ConnectionPool.class);
		Awaitility.await()
			.atMost(SOON)
			.untilAsserted(() -> assertThat(pool.getMetrics().orElseThrow().acquiredSize()).isZero());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = R2dbcProxyAutoConfiguration.class)
	@EnableR2dbcRepositories(considerNestedRepositories = true)
	static class App {

		@Bean
		Reports reports(DatabaseClient client, Items items) {
			return new Reports(client, items);
		}

		@Bean
		ReportController reportController(DatabaseClient client, Reports reports) {
			return new ReportController(client, reports);
		}

	}

	static class Reports {

		private final DatabaseClient client;

		private final Items items;

		Reports(DatabaseClient client, Items items) {
			this.client = client;
			this.items = items;
		}

		// tag::method[]
		@CancelScoped("200ms")
		Mono<Integer> mono() {
			return this.client.sql("select 1 from pg_sleep(60)").map((row) -> row.get(0, Integer.class)).one();
		}
		// end::method[]

		@CancelScoped("200ms")
		Flux<Integer> flux() {
			return this.client.sql("select n from generate_series(1, 3) n, pg_sleep(60)")
				.map((row) -> row.get(0, Integer.class))
				.all();
		}

		@CancelScoped("60s")
		Mono<Integer> longMono() {
			return this.client.sql("select 1 from pg_sleep(60)").map((row) -> row.get(0, Integer.class)).one();
		}

		@CancelScoped("60s")
		Flux<Integer> longFlux() {
			return this.client.sql("select n from generate_series(1, 3) n, pg_sleep(60)")
				.map((row) -> row.get(0, Integer.class))
				.all();
		}

		@CancelScoped("200ms")
		@Transactional
		Mono<Integer> transactional() {
			return this.client.sql("insert into item (n) values (1)").fetch().rowsUpdated().then(mono());
		}

		@CancelScoped("200ms")
		Mono<Integer> repository() {
			return this.items.slow().map((item) -> item.n);
		}

	}

	interface Items extends ReactiveCrudRepository<Item, Integer> {

		@Query("select 1 as id, 1 as n from pg_sleep(60)")
		Mono<Item> slow();

	}

	@Table("item")
	static class Item {

		@Id
		Integer id;

		Integer n;

	}

	@RestController
	static class ReportController {

		private final DatabaseClient client;

		private final Reports reports;

		ReportController(DatabaseClient client, Reports reports) {
			this.client = client;
			this.reports = reports;
		}

		@GetMapping({ "/scoped/{method}", "/short/{method}", "/long/{method}" })
		Flux<Integer> scoped(@PathVariable String method, ServerWebExchange exchange) {
			boolean own = exchange.getRequest().getPath().value().startsWith("/scoped");
			return switch (method) {
				case "mono" -> (own ? this.reports.mono() : this.reports.longMono()).flux();
				case "transactional" -> this.reports.transactional().flux();
				default -> own ? this.reports.flux() : this.reports.longFlux();
			};
		}

		@GetMapping({ "/report", "/endless" })
		Mono<String> report() {
			return this.client.sql("select 'report' from pg_sleep(60)").map((row) -> row.get(0, String.class)).one();
		}

		@GetMapping("/rows")
		Flux<String> rows() {
			return this.client.sql("select 'row ' || n from generate_series(1, 900000000) n")
				.map((row) -> row.get(0, String.class))
				.all();
		}

		// tag::scope[]
		Mono<String> name() {
			return Mono.deferContextual((context) -> {
				CancelScope scope = ScopeInContext.current(context);
				return Mono.just(scope.name());
			});
		}
		// end::scope[]

	}

}
