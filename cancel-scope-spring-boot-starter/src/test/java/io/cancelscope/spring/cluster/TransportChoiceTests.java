package io.cancelscope.spring.cluster;

import java.util.function.Consumer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which engine carries commands. None is asked for a connection here.
 */
class TransportChoiceTests {

	private static final String POSTGRES_URL = "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/orders";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(TransportConfiguration.class))
		.withPropertyValues("cancel-scope.cluster.enabled=true");

	@Test
	void nothingIsThereUnlessAskedFor() {
		this.runner.withPropertyValues("cancel-scope.cluster.enabled=false")
			.withUserConfiguration(Redis.class)
			.run((context) -> assertThat(context).doesNotHaveBean(CancelTransport.class)
				.doesNotHaveBean(HealthIndicator.class));
	}

	@Test
	void redisAloneIsChosen() {
		this.runner.withUserConfiguration(Redis.class)
			.run((context) -> assertThat(context.getBean(CancelTransport.class)).isInstanceOf(RedisTransport.class));
	}

	@Test
	void postgresAloneIsChosenByTheUrlOfTheDataSource() {
		this.runner.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
			.withPropertyValues(POSTGRES_URL)
			.run((context) -> assertThat(context.getBean(CancelTransport.class)).isInstanceOf(PostgresTransport.class));
	}

	@Test
	void dataSourceOfTheApplicationItselfIsUnderstood() {
		this.runner.withUserConfiguration(OwnPostgres.class)
			.run((context) -> assertThat(context.getBean(CancelTransport.class)).isInstanceOf(PostgresTransport.class));
	}

	@Test
	void otherDatabaseIsNoEngine() {
		this.runner.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
			.withPropertyValues("spring.datasource.url=jdbc:h2:mem:choice")
			.run((context) -> assertThat(problem(context)).contains("'cancel-scope.cluster.enabled'",
					"No engine was found", "spring-boot-starter-data-redis", "cancel-scope.cluster.postgres.url",
					"spring-cloud-starter-bus-amqp", "a bean of type CancelTransport"));
	}

	@Test
	void urlOfItsOwnMakesPostgresAnEngineBesideAnotherDatabase() {
		this.runner.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
			.withPropertyValues("spring.datasource.url=jdbc:h2:mem:choice",
					"cancel-scope.cluster.postgres.url=jdbc:postgresql://127.0.0.1:1/orders")
			.run((context) -> assertThat(context.getBean(CancelTransport.class)).isInstanceOf(PostgresTransport.class));
	}

	@Test
	void twoEnginesNeedAChoiceAndAreNamed() {
		ApplicationContextRunner both = this.runner
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
			.withUserConfiguration(Redis.class)
			.withPropertyValues(POSTGRES_URL);

		both.run((context) -> assertThat(problem(context)).contains("more than one engine", "redis, postgres",
				"Set cancel-scope.cluster.transport to one of them"));
		both.withPropertyValues("cancel-scope.cluster.transport=redis")
			.run((context) -> assertThat(context.getBean(CancelTransport.class)).isInstanceOf(RedisTransport.class));
		both.withPropertyValues("cancel-scope.cluster.transport=postgres")
			.run((context) -> assertThat(context.getBean(CancelTransport.class)).isInstanceOf(PostgresTransport.class));
	}

	@Test
	void engineThatIsNotThereIsAMistake() {
		this.runner.withUserConfiguration(Redis.class)
			.withPropertyValues("cancel-scope.cluster.transport=bus")
			.run((context) -> assertThat(problem(context)).contains("'cancel-scope.cluster.transport'", "'bus'",
					"spring-cloud-starter-bus-kafka"));
		this.runner.withClassLoader(new FilteredClassLoader(RedisConnectionFactory.class))
			.withPropertyValues("cancel-scope.cluster.transport=redis")
			.run((context) -> assertThat(problem(context)).contains("'redis'", "one RedisConnectionFactory bean"));
	}

	@Test
	void transportOfTheApplicationWins() {
		this.runner.withUserConfiguration(Redis.class, Own.class)
			.run((context) -> assertThat(context.getBean(CancelTransport.class)).isInstanceOf(OwnTransport.class));
	}

	@Test
	void channelIsANameThatBothEnginesTake() {
		for (String channel : new String[] { "a b", "ä", "c".repeat(41) }) {
			this.runner.withUserConfiguration(Redis.class)
				.withPropertyValues("cancel-scope.cluster.channel=" + channel)
				.run((context) -> assertThat(problem(context)).contains("'cancel-scope.cluster.channel'",
						"1 to 40 characters"));
		}
	}

	@Test
	void heartbeatIsNotTooShort() {
		this.runner.withUserConfiguration(Redis.class)
			.withPropertyValues("cancel-scope.cluster.heartbeat=99ms")
			.run((context) -> assertThat(problem(context)).contains("'cancel-scope.cluster.heartbeat'", "'99ms'",
					"must be 100ms at least"));
	}

	@Test
	void healthTellsWhetherOtherNodesAreReached() {
		this.runner.withUserConfiguration(Own.class).run((context) -> {
			HealthIndicator health = context.getBean("cancelScopeClusterHealthIndicator", HealthIndicator.class);
			assertThat(health.health().getStatus()).isEqualTo(Status.UP);

			context.getBean(OwnTransport.class).connected = false;

			Health disconnected = health.health();
			assertThat(disconnected.getStatus()).isEqualTo(Status.UNKNOWN);
			assertThat(disconnected.getDetails()).containsEntry("connected", false)
				.containsEntry("effect", "commands to cancel reach this node only");
		});
		this.runner.withUserConfiguration(Own.class)
			.withPropertyValues("management.health.cancelScopeCluster.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
	}

	@Test
	void gaugeTellsWhetherOtherNodesAreReached() {
		this.runner.withUserConfiguration(Own.class).run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean("cancelScopeClusterMeters", MeterBinder.class).bindTo(registry);
			assertThat(registry.get("cancel.scope.cluster.connected").gauge().value()).isEqualTo(1);

			context.getBean(OwnTransport.class).connected = false;

			assertThat(registry.get("cancel.scope.cluster.connected").gauge().value()).isZero();
		});
	}

	@Test
	void refusedMessagesAreCountedByReason() {
		try (TestNode node = TestNode.named("shop-1").on(new MemoryEngine())) {
			this.runner.withUserConfiguration(Own.class).withBean(ClusterNode.class, () -> node.node).run((context) -> {
				MeterRegistry registry = new SimpleMeterRegistry();
				context.getBean("cancelScopeClusterMeters", MeterBinder.class).bindTo(registry);
				assertThat(registry.get("cancel.scope.cluster.refused").functionCounters())
					.hasSameSizeAs(Refusal.values())
					.allSatisfy((counter) -> assertThat(counter.count()).isZero());

				node.node.receive(new byte[10_000]);
				node.node.receive(new byte[0]);
				node.node.receive(new byte[1]);

				assertThat(refused(registry, "too-large")).isEqualTo(1);
				assertThat(refused(registry, "unknown")).isEqualTo(2);
				assertThat(refused(registry, "wrong-signature")).isZero();
			});
		}
	}

	private static double refused(MeterRegistry registry, String reason) {
		return registry.get("cancel.scope.cluster.refused").tag("reason", reason).functionCounter().count();
	}

	@Test
	void passwordIsInNoText() {
		CancelScopeClusterTransportProperties.Postgres postgres = new CancelScopeClusterTransportProperties.Postgres(
				"jdbc:postgresql://h/d?password=hush", "me", "hush");

		assertThat(postgres).asString().doesNotContain("hush");
		assertThat(new PostgresAddress("jdbc:postgresql://h/d?password=hush", "me", "hush")).asString()
			.doesNotContain("hush");
	}

	private static String problem(AssertableApplicationContext context) {
		Throwable failure = context.getStartupFailure();
		while (failure != null) {
			if (failure instanceof InvalidConfigurationPropertyValueException invalid) {
				return "'" + invalid.getName() + "' '" + invalid.getValue() + "' " + invalid.getReason();
			}
			failure = failure.getCause();
		}
		return "none: " + context.getStartupFailure();
	}

	@Configuration(proxyBeanMethods = false)
	static class Redis {

		@Bean
		LettuceConnectionFactory redis() {
			return new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", 1));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPostgres {

		@Bean
		PGSimpleDataSource postgres() {
			PGSimpleDataSource source = new PGSimpleDataSource();
			source.setUrl("jdbc:postgresql://127.0.0.1:1/orders");
			return source;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Own {

		@Bean
		OwnTransport own() {
			return new OwnTransport();
		}

	}

	static final class OwnTransport implements CancelTransport {

		private volatile boolean connected = true;

		@Override
		public void publish(byte[] message) {
		}

		@Override
		public void subscribe(Consumer<byte[]> receiver) {
		}

		@Override
		public boolean isConnected() {
			return this.connected;
		}

	}

}
