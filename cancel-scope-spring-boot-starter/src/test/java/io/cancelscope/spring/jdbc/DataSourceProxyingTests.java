package io.cancelscope.spring.jdbc;

import java.io.Closeable;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.Map;

import javax.sql.DataSource;
import javax.sql.XADataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.metadata.HikariDataSourcePoolMetadata;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Whatever the {@code DataSource} is, it stays that, and its statements are stopped.
 */
@Timeout(60)
class DataSourceProxyingTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final ApplicationContextRunner bare = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeJdbcAutoConfiguration.class));

	private final ApplicationContextRunner boot = this.bare
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	private static JdbcDataSource h2() {
		JdbcDataSource h2 = new JdbcDataSource();
		h2.setUrl("jdbc:h2:mem:");
		return h2;
	}

	private boolean isWatched(DataSource dataSource) throws SQLException {
		Connection connection = dataSource.getConnection();
		try (connection) {
			this.scopes.run(ScopeOptions.none(), (scope) -> {
				scope.cancel();
				connection.createStatement().execute("select 1");
			});
			return false;
		}
		catch (SQLTimeoutException ex) {
			return true;
		}
	}

	@Test
	void hikariStaysInjectableAsWhatItIs() {
		this.boot
			.withPropertyValues("spring.datasource.hikari.pool-name=ours",
					"spring.datasource.hikari.max-lifetime=99000")
			.run((context) -> {
				HikariDataSource pool = context.getBean(HikariDataSource.class);

				assertThat(context.getBean(DataSource.class)).isSameAs(pool).isInstanceOf(Closeable.class);
				assertThat(pool.getPoolName()).isEqualTo("ours");
				assertThat(pool.getMaxLifetime()).isEqualTo(99_000);
				assertThat(isWatched(pool)).isTrue();
			});
	}

	@Test
	void propertiesOfTheApplicationAreBoundToIt() {
		this.bare.withUserConfiguration(Bound.class)
			.withPropertyValues("app.pool.maximum-pool-size=3", "app.pool.jdbc-url=jdbc:h2:mem:")
			.run((context) -> {
				HikariDataSource pool = context.getBean(HikariDataSource.class);

				assertThat(isWatched(pool)).isTrue();
				assertThat(pool.getMaximumPoolSize()).isEqualTo(3);
			});
	}

	@Test
	void poolsFiguresAreFoundBySpringBoot() {
		this.boot.run((context) -> {
			DataSource dataSource = context.getBean(DataSource.class);
			HikariDataSource pool = DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class,
					HikariDataSource.class);
			assertThat(pool).isNotNull();

			try (Connection taken = dataSource.getConnection()) {
				assertThat(taken.isValid(1)).isTrue();
				assertThat(new HikariDataSourcePoolMetadata(pool).getActive()).isOne();
			}
			assertThat(new HikariDataSourcePoolMetadata(pool).getActive()).isZero();
		});
	}

	@Test
	void figuresOfAPoolThatRunsAlreadyAreFoundToo() {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:h2:mem:");
		this.bare.withBean(HikariDataSource.class, () -> new HikariDataSource(config)).run((context) -> {
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			assertThat(new HikariDataSourcePoolMetadata(pool).getActive()).isZero();
		});
	}

	@Test
	void wrappersAreTransparent() {
		this.boot.run((context) -> {
			DataSource dataSource = context.getBean(DataSource.class);

			assertThat(dataSource.isWrapperFor(HikariDataSource.class)).isTrue();
			assertThat(dataSource.unwrap(HikariConfig.class)).isNotNull();
			assertThat(DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class, HikariDataSource.class))
				.isNotNull();
		});
	}

	@Test
	void rootOfWrappersIsThePool() {
		Method unwrapRoot = ReflectionUtils.findMethod(DataSourceUnwrapper.class, "unwrapRoot", DataSource.class);
		assumeThat(unwrapRoot).as("Spring Boot 4.0 has no DataSourceUnwrapper.unwrapRoot").isNotNull();

		this.boot.run((context) -> assertThat(
				ReflectionUtils.invokeMethod(unwrapRoot, null, context.getBean(DataSource.class)))
			.isExactlyInstanceOf(HikariDataSource.class));
	}

	@Test
	void poolEvictsTheConnectionItIsHandedBack() {
		this.boot.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1").run((context) -> {
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			Connection first = pool.getConnection();
			org.h2.jdbc.JdbcConnection raw = first.unwrap(org.h2.jdbc.JdbcConnection.class);

			pool.evictConnection(first);
			first.close();

			try (Connection second = pool.getConnection()) {
				assertThat(second.unwrap(org.h2.jdbc.JdbcConnection.class)).isNotSameAs(raw);
			}
		});
	}

	@Test
	void finalClassComesDownToItsInterfaces() {
		this.bare.withBean("h2", DataSource.class, DataSourceProxyingTests::h2).run((context) -> {
			DataSource dataSource = context.getBean(DataSource.class);

			assertThat(dataSource).isNotInstanceOf(JdbcDataSource.class).isInstanceOf(XADataSource.class);
			assertThat(isWatched(dataSource)).isTrue();
		});
	}

	@Test
	void excludedBeanIsLeftAlone() {
		this.bare.withBean("h2", DataSource.class, DataSourceProxyingTests::h2)
			.withBean("other", DataSource.class, DataSourceProxyingTests::h2)
			.withPropertyValues("cancel-scope.jdbc.exclude-beans=h2")
			.run((context) -> {
				assertThat(context.getBean("h2")).isInstanceOf(JdbcDataSource.class);
				assertThat(isWatched(context.getBean("other", DataSource.class))).isTrue();
			});
	}

	@Test
	void embeddedDatabaseOfSpringIsWatched() {
		this.bare.withBean(EmbeddedDatabase.class,
				() -> new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2).generateUniqueName(true).build())
			.run((context) -> assertThat(isWatched(context.getBean(EmbeddedDatabase.class))).isTrue());
	}

	@ParameterizedTest
	@ValueSource(strings = { "dataSource", "scopedTarget.dataSource" })
	void scopedBeanIsWatchedThroughItsTarget(String name) {
		this.bare.withUserConfiguration(Scoped.class).run((context) -> {
			HikariDataSource dataSource = context.getBean("dataSource", HikariDataSource.class);

			assertThat(isWatched(dataSource)).isTrue();
			Object bean = context.getBean(name);
			long watching = java.util.Arrays.stream(((Advised) bean).getAdvisors())
				.filter((advisor) -> advisor.getAdvice() instanceof ConnectionInterceptor)
				.count();
			assertThat(watching).isEqualTo(name.startsWith("scopedTarget") ? 1 : 0);
		});
	}

	@Test
	void beanThatIsAProxyAlreadyGetsNoSecondOne() {
		this.bare.withBean(DataSource.class, () -> (DataSource) new ProxyFactory(h2()).getProxy()).run((context) -> {
			DataSource dataSource = context.getBean(DataSource.class);

			assertThat(isWatched(dataSource)).isTrue();
			assertThat(((Advised) dataSource).getTargetSource().getTarget()).isInstanceOf(JdbcDataSource.class);
		});
	}

	@Test
	void routingWatchesOnce() {
		this.bare.withUserConfiguration(Routing.class).run((context) -> {
			DataSource router = context.getBean("router", DataSource.class);

			assertThat(router).isInstanceOf(AbstractRoutingDataSource.class);
			assertThat(isWatched(router)).isTrue();
			try (Connection connection = router.getConnection()) {
				assertThat(ScopeAwareConnection.targetOf(connection)).isInstanceOf(org.h2.jdbc.JdbcConnection.class);
			}
		});
	}

	@Test
	void lazyConnectionWaitsWhereItIsSeen() {
		assumeThat(SpringBootVersion.getVersion())
			.as("Spring Boot 4.0 does not know the property spring.datasource.connection-fetch")
			.doesNotStartWith("4.0.");

		this.boot
			.withPropertyValues("spring.datasource.connection-fetch=lazy",
					"spring.datasource.hikari.maximum-pool-size=1")
			.run((context) -> {
				DataSource lazy = context.getBean(DataSource.class);
				assertThat(lazy).isExactlyInstanceOf(LazyConnectionDataSourceProxy.class);
				DataSource pool = ((LazyConnectionDataSourceProxy) lazy).getTargetDataSource();
				assertThat(AopUtils.isCglibProxy(pool)).isTrue();
				lazy.getConnection().close(); // asks the pool for its defaults once

				try (Connection taken = pool.getConnection()) {
					assertThat(taken.isClosed()).isFalse();
					Connection waiting = lazy.getConnection();
					assertThatExceptionOfType(SQLTimeoutException.class)
						.isThrownBy(() -> this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(100)),
								(scope) -> waiting.prepareStatement("select 1")))
						.withMessageStartingWith("The wait for a connection was cancelled");
				}
			});
	}

	@Test
	void singleConnectionIsRecognisedByTheOneWhoMadeIt() {
		this.bare
			.withBean(SingleConnectionDataSource.class, () -> new SingleConnectionDataSource("jdbc:h2:mem:", false))
			.run((context) -> {
				SingleConnectionDataSource single = context.getBean(SingleConnectionDataSource.class);
				Connection connection = single.getConnection();

				assertThat(single.shouldClose(connection)).isFalse();
				connection.close();
			});
	}

	@Test
	void driversOwnInterfacesAreKept() throws SQLException {
		org.h2.jdbc.JdbcConnection raw = (org.h2.jdbc.JdbcConnection) h2().getConnection();
		Connection watched = ScopeAwareConnection.of(raw, JdbcSettings.defaults());
		try (watched) {
			assertThat(watched).isInstanceOf(org.h2.engine.CastDataProvider.class);
			assertThat(ScopeAwareConnection.of(watched, JdbcSettings.defaults())).isSameAs(watched);
		}
	}

	@Test
	void negativeGracePeriodIsRefused() {
		this.boot.withPropertyValues("cancel-scope.jdbc.abort-after=-1s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("cancel-scope.jdbc.abort-after")
				.hasMessageContaining("or 0 to never abort"));
	}

	@Test
	void switchedOffTheBeanIsWhatItWas() {
		this.boot.withPropertyValues("cancel-scope.jdbc.enabled=false")
			.run((context) -> assertThat(context.getBean(DataSource.class))
				.isExactlyInstanceOf(HikariDataSource.class));
	}

	@Test
	void withoutJdbcNothingIsThere() {
		this.bare.withClassLoader(new FilteredClassLoader(DataSource.class))
			.run((context) -> assertThat(context).doesNotHaveBean(DataSourceProxyingBeanPostProcessor.class));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties
	static class Bound {

		@Bean
		@ConfigurationProperties("app.pool")
		HikariDataSource pool() {
			return DataSourceBuilder.create().type(HikariDataSource.class).build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Scoped {

		@Bean
		static org.springframework.beans.factory.config.CustomScopeConfigurer threadScope() {
			org.springframework.beans.factory.config.CustomScopeConfigurer configurer = new org.springframework.beans.factory.config.CustomScopeConfigurer();
			configurer.addScope("thread", new SimpleThreadScope());
			return configurer;
		}

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
		HikariDataSource dataSource() {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl("jdbc:h2:mem:");
			return pool;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Routing {

		@Bean
		DataSource target() {
			return h2();
		}

		@Bean
		AbstractRoutingDataSource router(DataSource target) {
			AbstractRoutingDataSource router = new AbstractRoutingDataSource() {

				@Override
				protected Object determineCurrentLookupKey() {
					return "only";
				}

			};
			router.setTargetDataSources(Map.of("only", target));
			return router;
		}

	}

}
