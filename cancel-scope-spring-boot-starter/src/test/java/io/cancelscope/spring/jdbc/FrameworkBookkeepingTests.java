package io.cancelscope.spring.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;

import javax.sql.DataSource;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.transaction.PlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What frameworks note down about work that was stopped is not refused because the work
 * was.
 */
@Timeout(60)
class FrameworkBookkeepingTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeJdbcAutoConfiguration.class, DataSourceAutoConfiguration.class,
				JdbcTemplateAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	@Test
	void shedLockUnlocksInACancelledScope() {
		this.runner.withUserConfiguration(Locks.class).run((context) -> {
			LockProvider locks = context.getBean(LockProvider.class);

			this.scopes.run(ScopeOptions.none(), (scope) -> {
				SimpleLock lock = locks.lock(tenMinutes()).orElseThrow();
				scope.cancel();
				lock.unlock();
			});

			assertThat(locks.lock(tenMinutes())).isPresent();
		});
	}

	@Test
	void shedLockIsUnlockedByOneThatWasExtendedInACancelledScope() {
		this.runner.withUserConfiguration(Locks.class).run((context) -> {
			LockProvider locks = context.getBean(LockProvider.class);

			this.scopes.run(ScopeOptions.none(), (scope) -> {
				SimpleLock lock = locks.lock(tenMinutes()).orElseThrow();
				scope.cancel();
				lock.extend(Duration.ofMinutes(20), Duration.ZERO).orElseThrow().unlock();
			});

			assertThat(locks.lock(tenMinutes())).isPresent();
		});
	}

	private static LockConfiguration tenMinutes() {
		return new LockConfiguration(Instant.now(), "job", Duration.ofMinutes(10), Duration.ZERO);
	}

	@Test
	void springBatchNotesDownThatAJobWasStopped() {
		this.runner.withUserConfiguration(Jobs.class).run((context) -> {
			JobRepository jobs = context.getBean(JobRepository.class);
			JobExecution execution = jobs.createJobExecution(jobs.createJobInstance("job", new JobParameters()),
					new JobParameters(), new ExecutionContext());
			execution.setStatus(BatchStatus.STARTED);
			jobs.update(execution);

			this.scopes.run(ScopeOptions.none(), (scope) -> {
				scope.cancel();
				execution.setStatus(BatchStatus.STOPPED);
				execution.setEndTime(LocalDateTime.now());
				jobs.update(execution);
			});

			assertThat(jobs.getLastJobExecution("job", new JobParameters()).getStatus()).isEqualTo(BatchStatus.STOPPED);
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class Locks {

		@Bean
		LockProvider lockProvider(JdbcTemplate jdbc) {
			jdbc.execute("create table shedlock (name varchar(64) primary key, lock_until timestamp(3),"
					+ " locked_at timestamp(3), locked_by varchar(255))");
			return new JdbcTemplateLockProvider(jdbc);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Jobs {

		@Bean
		JdbcJobRepositoryFactoryBean jobRepository(DataSource dataSource, PlatformTransactionManager manager) {
			DatabasePopulatorUtils.execute(new ResourceDatabasePopulator(
					new ClassPathResource("org/springframework/batch/core/schema-h2.sql")), dataSource);
			JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
			factory.setDataSource(dataSource);
			factory.setTransactionManager(manager);
			return factory;
		}

	}

}
