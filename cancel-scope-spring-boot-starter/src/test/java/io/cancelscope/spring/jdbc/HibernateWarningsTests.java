package io.cancelscope.spring.jdbc;

import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.engine.jdbc.spi.SqlExceptionHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What Hibernate warns of is not in the log where a scope stopped the statement, and is
 * where somebody else failed.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class HibernateWarningsTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeJdbcAutoConfiguration.class, DataSourceAutoConfiguration.class))
		.withUserConfiguration(Jpa.class)
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	private void stopAStatement(EntityManagerFactory factory) {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> this.scopes.run(ScopeOptions.named("report").withTimeout(Duration.ofMillis(100)),
					(scope) -> factory.createEntityManager()
						.createNativeQuery(StatementCancelTests.SLOW)
						.getSingleResult()))
			.withRootCauseInstanceOf(DeadlineExceededException.class);
	}

	@Test
	void statementThatAScopeStoppedIsNotWarnedOf(CapturedOutput output) {
		this.runner.run((context) -> {
			stopAStatement(context.getBean(EntityManagerFactory.class));

			assertThat(output).doesNotContain("SQLState: 57014", "scope 'report'");
		});
	}

	@Test
	void switchedOffItIs(CapturedOutput output) {
		this.runner.withPropertyValues("cancel-scope.jdbc.silence-hibernate=false").run((context) -> {
			stopAStatement(context.getBean(EntityManagerFactory.class));

			assertThat(output).contains("SQLState: 57014", "scope 'report'");
		});
	}

	@Test
	void filterIsGoneWithTheContext(CapturedOutput output) {
		this.runner.run((context) -> assertThat(context).hasSingleBean(HibernateWarnings.class));

		warn(new SQLException("The statement was cancelled: by hand", "57014"));

		assertThat(output).contains("The statement was cancelled: by hand");
	}

	@Test
	void failureOfSomebodyElseIsWarnedOfAlsoInACancelledScope(CapturedOutput output) {
		this.runner.run((context) -> this.scopes.run(ScopeOptions.none(), (scope) -> {
			scope.cancel();

			warn(new SQLException("duplicate key", "23505"));

			assertThat(output).contains("SQLState: 23505", "duplicate key");
		}));
	}

	@Test
	void timeoutOfTheDatabaseIsWarnedOfWhereNoScopeIsCancelled(CapturedOutput output) {
		this.runner.run((context) -> this.scopes.run(ScopeOptions.none(), (scope) -> {
			warn(new SQLException("canceling statement due to statement timeout", "57014"));

			assertThat(CancelScope.current().isCancelled()).isFalse();
			assertThat(output).contains("SQLState: 57014", "due to statement timeout");
		}));
	}

	@Test
	void withoutHibernateThereIsNoFilter() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeJdbcAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.hibernate"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("cancelScopeHibernateWarnings"));
	}

	private static void warn(SQLException failure) {
		new SqlExceptionHelper(false).logExceptions(failure, "by hand");
	}

	@Configuration(proxyBeanMethods = false)
	static class Jpa {

		@Bean
		LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
			LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
			factory.setDataSource(dataSource);
			factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
			factory.setManagedTypes(PersistenceManagedTypes.of());
			return factory;
		}

	}

}
