package io.cancelscope.spring.aop;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.CancelScope;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.task.CancelScopeTaskAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The order of advice is a promise of the annotation's documentation. It rests on the
 * order in which post-processors are registered, which is easily broken.
 */
class WeavingOrderTests {

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class,
				AopAutoConfiguration.class, TaskExecutionAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(Trail.class)
		.withUserConfiguration(Everything.class);

	@Test
	void scopeLiesAroundAsyncAndAllTheRest() {
		this.runner.run((context) -> {
			Advised service = (Advised) context.getBean(Service.class);
			List<String> chain = Arrays.stream(service.getAdvisors())
				.map((advisor) -> advisor.getAdvice().getClass().getSimpleName())
				.toList();
			assertThat(chain).containsExactly("CancelScopedInterceptor", "Capture",
					"AnnotationAsyncExecutionInterceptor", "Restore", "ScopedBodyInterceptor",
					"ConcurrencyLimitInterceptor", "RetryAnnotationInterceptor", "UsersInterceptor",
					"TransactionInterceptor");
		});
	}

	@Test
	void scopeIsThereOnTheWorkerAndSeenByAllInside() {
		this.runner.run((context) -> {
			String caller = Thread.currentThread().getName();
			assertThat(context.getBean(Service.class).all()).succeedsWithin(Duration.ofSeconds(10))
				.asString()
				.startsWith("Service.all on ")
				.doesNotEndWith(caller);
			assertThat(context.getBean(Trail.class)).containsExactly("user's advice in Service.all",
					"begin in Service.all", "commit in Service.all");
		});
	}

	@Test
	void oneBudgetBoundsAllAttempts() {
		this.runner.run((context) -> {
			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> context.getBean(Service.class).flaky())
				.withMessage("scope 'Service.flaky' (1s) exceeded its deadline");
			assertThat(context.getBean(Trail.class)).containsSubsequence("attempt", "attempt");
		});
	}

	static class Trail extends ArrayList<String> {

		private static final long serialVersionUID = 1L;

		@Override
		public synchronized boolean add(String word) {
			return super.add(word);
		}

	}

	static class Service {

		private final ManualTime time;

		private final Trail trail;

		Service(TimeSource time, Trail trail) {
			this.time = (ManualTime) time;
			this.trail = trail;
		}

		@Async
		@CancelScoped("2s")
		@ConcurrencyLimit(2)
		@Retryable
		@Transactional
		public CompletableFuture<String> all() {
			return CompletableFuture
				.completedFuture(CancelScope.current().name() + " on " + Thread.currentThread().getName());
		}

		@CancelScoped("1s")
		@Retryable(delay = 0, maxRetries = 100, excludes = DeadlineExceededException.class)
		public @Nullable String flaky() {
			this.trail.add("attempt");
			this.time.advance(Duration.ofMillis(400));
			CancelScope.current().check();
			throw new IllegalStateException("try again");
		}

	}

	static class UsersInterceptor implements MethodInterceptor {

		private final Trail trail;

		UsersInterceptor(Trail trail) {
			this.trail = trail;
		}

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			this.trail.add("user's advice in " + CancelScope.current().name());
			return invocation.proceed();
		}

	}

	static class TransactionManager extends AbstractPlatformTransactionManager {

		private static final long serialVersionUID = 1L;

		private final transient Trail trail;

		TransactionManager(Trail trail) {
			this.trail = trail;
		}

		@Override
		protected Object doGetTransaction() {
			return this;
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.trail.add("begin in " + CancelScope.current().name());
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.trail.add("commit in " + CancelScope.current().name());
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			this.trail.add("rollback in " + CancelScope.current().name());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableResilientMethods
	@EnableTransactionManagement
	static class Everything {

		@Bean
		Service service(TimeSource time, Trail trail) {
			return new Service(time, trail);
		}

		/** Without AspectJ, only advisors of this role are applied. */
		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		Advisor usersAdvisor(Trail trail) {
			NameMatchMethodPointcut all = new NameMatchMethodPointcut();
			all.setMappedName("all");
			DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(all, new UsersInterceptor(trail));
			advisor.setOrder(0);
			return advisor;
		}

		@Bean
		PlatformTransactionManager transactionManager(Trail trail) {
			return new TransactionManager(trail);
		}

	}

}
