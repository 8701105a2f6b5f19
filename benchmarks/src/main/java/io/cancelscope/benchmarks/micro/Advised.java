package io.cancelscope.benchmarks.micro;

import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import org.aopalliance.intercept.MethodInterceptor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.SimpleTransactionStatus;

/**
 * A call of a bean's method, with nothing around it, with an interceptor that does
 * nothing, and with annotations that do something.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Advised {

	private AnnotationConfigApplicationContext scoped;

	private AnnotationConfigApplicationContext transactional;

	private Bare direct;

	private Bare intercepted;

	private Scoped scopedBean;

	private InTransaction transactionalBean;

	@Setup
	public void setUp() {
		this.scoped = new AnnotationConfigApplicationContext(ScopedConfiguration.class);
		this.transactional = new AnnotationConfigApplicationContext(TransactionConfiguration.class);
		this.scopedBean = this.scoped.getBean(Scoped.class);
		this.transactionalBean = this.transactional.getBean(InTransaction.class);
		this.direct = new Bare();
		ProxyFactory factory = new ProxyFactory(this.direct);
		factory.addAdvice((MethodInterceptor) (invocation) -> invocation.proceed());
		this.intercepted = (Bare) factory.getProxy();
	}

	@TearDown
	public void close() {
		this.scoped.close();
		this.transactional.close();
	}

	@Benchmark
	public int direct() {
		return this.direct.work(1);
	}

	@Benchmark
	public int noOpInterceptor() {
		return this.intercepted.work(1);
	}

	@Benchmark
	public int cancelScoped() {
		return this.scopedBean.work(1);
	}

	@Benchmark
	public int transactional() {
		return this.transactionalBean.work(1);
	}

	/** Nothing around it, or an interceptor. */
	public static class Bare {

		public int work(int number) {
			return number + 1;
		}

	}

	/** With a scope. */
	public static class Scoped {

		private final CancelScopes scopes;

		Scoped(CancelScopes scopes) {
			this.scopes = scopes;
		}

		@CancelScoped("30s")
		public int work(int number) {
			this.scopes.check();
			return number + 1;
		}

	}

	/** With a transaction. */
	public static class InTransaction {

		@Transactional(timeout = 30)
		public int work(int number) {
			return number + 1;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class })
	static class ScopedConfiguration {

		@Bean
		Scoped scoped(CancelScopes scopes) {
			return new Scoped(scopes);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class TransactionConfiguration {

		@Bean
		InTransaction inTransaction() {
			return new InTransaction();
		}

		@Bean
		PlatformTransactionManager transactionManager() {
			return new NoTransactions();
		}

	}

	/** What is left is what Spring does around it. */
	private static final class NoTransactions implements PlatformTransactionManager {

		@Override
		public TransactionStatus getTransaction(TransactionDefinition definition) {
			return new SimpleTransactionStatus();
		}

		@Override
		public void commit(TransactionStatus status) {
		}

		@Override
		public void rollback(TransactionStatus status) {
		}

	}

}
