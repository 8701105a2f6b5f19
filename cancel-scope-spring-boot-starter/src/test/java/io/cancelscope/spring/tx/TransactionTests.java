package io.cancelscope.spring.tx;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.jdbc.CancelScopeJdbcAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceContext;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a cancelled scope's transaction did is undone, and nothing of it is there.
 */
@Timeout(60)
class TransactionTests {

	private static final String SLOW = "select count(*) from system_range(1, 1000000) a, system_range(1, 1000000) b";

	private final CancelScopes scopes = CancelScopes.create();

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
						CancelScopeJdbcAutoConfiguration.class, CancelScopeTxAutoConfiguration.class,
						DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
						DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class))
		.withBean(Orders.class)
		.withPropertyValues("spring.datasource.generate-unique-name=true");

	private final ApplicationContextRunner manual = this.runner.withBean(ManualTime.class, () -> this.time);

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(Thread.interrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void transactionThatIsLateIsRolledBack() {
		this.manual.run((context) -> {
			Orders orders = context.getBean(Orders.class).withTable();

			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> orders.place(() -> this.time.advance(Duration.ofSeconds(1))))
				.withMessage("scope 'Orders.place' (500ms) exceeded its deadline");

			assertThat(orders.count()).isZero();
		});
	}

	@Test
	void transactionInTimeIsCommitted() {
		this.manual.run((context) -> {
			Orders orders = context.getBean(Orders.class).withTable();

			orders.place(() -> this.time.advance(Duration.ofMillis(499)));

			assertThat(orders.count()).isOne();
		});
	}

	@Test
	void lateCommitIsLeftAloneWhereAskedTo() {
		this.manual.withPropertyValues("cancel-scope.tx.check-before-commit=false").run((context) -> {
			Orders orders = context.getBean(Orders.class).withTable();

			orders.place(() -> this.time.advance(Duration.ofSeconds(1)));

			assertThat(orders.count()).isOne();
		});
	}

	@Test
	void whatIsReadLateIsKept() {
		this.manual.run((context) -> {
			Orders orders = context.getBean(Orders.class).withTable();

			assertThat(orders.countLate(() -> this.time.advance(Duration.ofSeconds(1)))).isZero();
		});
	}

	@Test
	void statementThatIsCancelledTakesItsTransactionWithIt() {
		this.runner.run((context) -> {
			Orders orders = context.getBean(Orders.class).withTable();

			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(orders::placeSlowly)
				.withMessage("scope 'Orders.placeSlowly' (200ms) exceeded its deadline");

			assertThat(orders.count()).isZero();
		});
	}

	@Test
	void templateAndManagerOfTheApplicationAreCheckedToo() {
		this.manual.withUserConfiguration(OwnManager.class).run((context) -> {
			Orders orders = context.getBean(Orders.class).withTable();
			TransactionTemplate template = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(
					() -> this.scopes.run(ScopeOptions.none(), (scope) -> template.executeWithoutResult((status) -> {
						orders.insert();
						scope.cancel();
					})));

			assertThat(orders.count()).isZero();
		});
	}

	@Test
	void scopeThatIsShieldedCommitsInACancelledOne() {
		this.manual.run((context) -> {
			Orders orders = context.getBean(Orders.class).withTable();

			this.scopes.run(ScopeOptions.none(), (scope) -> {
				scope.cancel();
				orders.record();
			});

			assertThat(orders.count()).isOne();
		});
	}

	@Test
	void transactionOutsideOfAnyScopeIsNotTouched() {
		this.manual.run((context) -> {
			Orders orders = context.getBean(Orders.class).withTable();
			TransactionTemplate template = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));

			template.executeWithoutResult((status) -> orders.insert());

			assertThat(orders.count()).isOne();
		});
	}

	@Test
	void smallerBudgetWinsOverTheTransactions() {
		this.runner.run((context) -> {
			Orders orders = context.getBean(Orders.class).withTable();

			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(orders::oursIsSmaller);
			assertThat(orders.count()).isZero();
		});
	}

	@Test
	void smallerTimeoutOfTheTransactionWins() {
		this.runner.run((context) -> {
			Orders orders = context.getBean(Orders.class).withTable();

			assertThatExceptionOfType(RuntimeException.class).isThrownBy(orders::theirsIsSmaller)
				.satisfies((ex) -> assertThat(ex).isInstanceOfAny(QueryTimeoutException.class,
						TransactionTimedOutException.class))
				.satisfies((ex) -> assertThat(ScopeCancelledException.findIn(ex)).isNull());
			assertThat(orders.count()).isZero();
		});
	}

	/** The commit of this connection takes until the scope has been cancelled. */
	@Test
	void noInterruptReachesACommitOrARollback() {
		AtomicReference<OpenScope> cancelled = new AtomicReference<>();
		AtomicReference<String> seen = new AtomicReference<>("");
		this.runner.withBean("slow", DelegatingDataSource.class, () -> new CancelWhileEnding(cancelled, seen))
			.run((context) -> {
				Orders orders = context.getBean(Orders.class).withTable();
				TransactionTemplate template = new TransactionTemplate(
						context.getBean(PlatformTransactionManager.class));
				for (boolean commit : new boolean[] { true, false }) {
					OpenScope scope = this.scopes.open(ScopeOptions.none().interrupt());
					try (scope) {
						template.executeWithoutResult((status) -> {
							orders.insert();
							cancelled.set(scope);
							if (!commit) {
								status.setRollbackOnly();
							}
						});
						assertThat(Thread.currentThread().isInterrupted()).isTrue();
					}
				}
				assertThat(seen).hasValue("commit false, rollback false, ");
				assertThat(orders.count()).isOne();
			});
	}

	@Test
	void entityOfACancelledScopeIsNotThere() {
		this.runner.withUserConfiguration(Jpa.class).withBean(Parcels.class).run((context) -> {
			Parcels parcels = context.getBean(Parcels.class);

			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(parcels::sendSlowly)
				.withMessage("scope 'Parcels.sendSlowly' (300ms) exceeded its deadline");

			assertThat(context.getBean(JdbcTemplate.class).queryForObject("select count(*) from parcel", Integer.class))
				.isZero();
		});
	}

	@Test
	void switchedOffNothingIsThere() {
		this.runner.withPropertyValues("cancel-scope.tx.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(CommitCheckingBeanPostProcessor.class);
			assertThat(context.getBean(ConfigurableTransactionManager.class).getTransactionExecutionListeners())
				.isEmpty();
		});
	}

	@Test
	void withoutTransactionsNothingIsThere() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeTxAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(ConfigurableTransactionManager.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CommitCheckingBeanPostProcessor.class));
	}

	static class Orders {

		private final JdbcTemplate jdbc;

		Orders(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		Orders withTable() {
			this.jdbc.execute("create table orders (id int)");
			return this;
		}

		int count() {
			Integer count = this.jdbc.queryForObject("select count(*) from orders", Integer.class);
			return (count != null) ? count : -1;
		}

		void insert() {
			this.jdbc.update("insert into orders values (1)");
		}

		// tag::place[]
		@CancelScoped("500ms")
		@Transactional
		public void place(Runnable payment) {
			insert();
			payment.run(); // takes too long: the row is gone
		}
		// end::place[]

		@CancelScoped("500ms")
		@Transactional(readOnly = true)
		public int countLate(Runnable something) {
			int count = count();
			something.run();
			return count;
		}

		@CancelScoped("200ms")
		@Transactional
		public void placeSlowly() {
			insert();
			this.jdbc.queryForObject(SLOW, Long.class);
		}

		@CancelScoped(timeout = "500ms", shield = true)
		@Transactional
		public void record() {
			insert();
		}

		@CancelScoped("200ms")
		@Transactional(timeout = 30)
		public void oursIsSmaller() {
			insert();
			this.jdbc.queryForObject(SLOW, Long.class);
		}

		@CancelScoped("10m")
		@Transactional(timeout = 1)
		public void theirsIsSmaller() {
			insert();
			this.jdbc.queryForObject(SLOW, Long.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnManager {

		@Bean
		JdbcTransactionManager own(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

	@Entity(name = "parcel")
	static class Parcel {

		@Id
		Long id;

		protected Parcel() {
		}

		Parcel(long id) {
			this.id = id;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Jpa {

		@Bean
		LocalContainerEntityManagerFactoryBean entities(DataSource dataSource) {
			LocalContainerEntityManagerFactoryBean entities = new LocalContainerEntityManagerFactoryBean();
			entities.setDataSource(dataSource);
			entities.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
			entities.setManagedTypes(PersistenceManagedTypes.of(Parcel.class.getName()));
			entities.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "create-drop"));
			return entities;
		}

		@Bean
		JpaTransactionManager transactionManager(EntityManagerFactory entities) {
			return new JpaTransactionManager(entities);
		}

	}

	static class Parcels {

		@PersistenceContext
		private EntityManager entities;

		@CancelScoped("300ms")
		@Transactional
		public void sendSlowly() {
			this.entities.persist(new Parcel(1));
			this.entities.flush();
			this.entities.createNativeQuery(SLOW, Long.class).getSingleResult();
		}

	}

	/** Tells whether the thread is interrupted when a commit or a rollback is done. */
	private static final class CancelWhileEnding extends DelegatingDataSource {

		private final AtomicReference<OpenScope> cancelled;

		private final AtomicReference<String> seen;

		CancelWhileEnding(AtomicReference<OpenScope> cancelled, AtomicReference<String> seen) {
			super(new DriverManagerDataSource("jdbc:h2:mem:ending;DB_CLOSE_DELAY=-1"));
			this.cancelled = cancelled;
			this.seen = seen;
		}

		@Override
		public Connection getConnection() throws SQLException {
			Connection target = super.getConnection();
			ProxyFactory proxy = new ProxyFactory(target);
			proxy.addAdvice((MethodInterceptor) (call) -> {
				String name = call.getMethod().getName();
				OpenScope scope = this.cancelled.get();
				if (scope != null && (name.equals("commit") || name.equals("rollback"))) {
					Thread canceller = new Thread(scope::cancel);
					canceller.start();
					boolean interrupted = false;
					while (canceller.isAlive()) {
						interrupted |= Thread.currentThread().isInterrupted();
						Thread.onSpinWait();
					}
					interrupted |= Thread.currentThread().isInterrupted();
					this.seen.accumulateAndGet(name + " " + interrupted + ", ", String::concat);
					this.cancelled.set(null);
				}
				return call.proceed();
			});
			return (Connection) proxy.getProxy();
		}

	}

}
