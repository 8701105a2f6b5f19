package io.cancelscope.spring.task;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CarryingRow;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

class AsyncCarryingTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class,
				TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withUserConfiguration(AsyncConfiguration.class);

	@AfterEach
	void threadIsBackAtTheRoot() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	@CarryingRow(way = "`@Async` on Spring Boot's executor", carried = "yes", by = "the call itself")
	void asyncMethodRunsInTheScopeOfItsCaller() {
		this.runner.run(this::asyncMethodSeesItsCallersScope);
	}

	@Test
	@CarryingRow(way = "`@Async` with `spring.threads.virtual.enabled=true`", carried = "yes", by = "the call itself")
	void asyncMethodRunsInTheScopeOfItsCallerOnVirtualThreads() {
		Assumptions.assumeTrue(Runtime.version().feature() >= 21, "virtual threads need JDK 21");
		this.runner.withPropertyValues("spring.threads.virtual.enabled=true").run((context) -> {
			asyncMethodSeesItsCallersScope(context);
			CompletableFuture<String> thread = context.getBean(Worker.class).thread();
			assertThat(thread).succeedsWithin(SOON).asString().startsWith("VirtualThread");
		});
	}

	@Test
	@CarryingRow(way = "`@Async(\"pool\")` on an `ExecutorService` of your own", carried = "yes",
			by = "the call itself")
	void asyncMethodRunsInTheScopeOfItsCallerOnAPoolThatKnowsNothingOfDecorators() {
		this.runner.withBean("pool", ExecutorService.class, () -> Executors.newFixedThreadPool(1)).run((context) -> {
			Worker worker = context.getBean(Worker.class);
			OpenScope request = open(context, ScopeOptions.named("request"));
			try (request) {
				assertThat(worker.scopeOnPool()).succeedsWithin(SOON).isEqualTo("request");
			}
			assertThat(worker.scopeOnPool()).succeedsWithin(SOON).isEqualTo("root");
		});
	}

	@Test
	@CarryingRow(way = "`@Async` on the `SimpleAsyncTaskExecutor` that Spring makes where it finds no executor",
			carried = "yes", by = "the call itself")
	void asyncMethodRunsInTheScopeOfItsCallerWhereSpringFallsBackToAnExecutorThatIsNoBean() {
		this.runner.withBean("pool", ExecutorService.class, () -> Executors.newFixedThreadPool(1))
			.run(this::asyncMethodSeesItsCallersScope);
	}

	@Test
	@CarryingRow(way = "`@Async` on a `ThreadPoolTaskExecutor` of your own", carried = "yes", by = "the call itself")
	void asyncMethodRunsInTheScopeOfItsCallerOnAnUndecoratedTaskExecutor() {
		this.runner.withBean("taskExecutor", ThreadPoolTaskExecutor.class, ThreadPoolTaskExecutor::new)
			.run(this::asyncMethodSeesItsCallersScope);
	}

	@Test
	@CarryingRow(way = "methods with an annotation of your own, `@EnableAsync(annotation = …)`", carried = "yes",
			by = "the call itself")
	void methodWithAnAsyncAnnotationOfOnesOwnRunsInTheScopeOfItsCaller() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
					CancelScopeAopAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class))
			.withUserConfiguration(BackgroundConfiguration.class)
			.withBean("taskExecutor", ThreadPoolTaskExecutor.class, ThreadPoolTaskExecutor::new)
			.withBean(BackgroundWorker.class)
			.run((context) -> {
				BackgroundWorker worker = context.getBean(BackgroundWorker.class);
				Thread caller = Thread.currentThread();
				OpenScope request = open(context, ScopeOptions.named("request"));
				try (request) {
					assertThat(worker.scope(caller)).succeedsWithin(SOON).isEqualTo("request on another thread");
				}
				assertThat(worker.scope(caller)).succeedsWithin(SOON).isEqualTo("root on another thread");
			});
	}

	@Test
	@CarryingRow(way = "a task for Spring Boot's `applicationTaskExecutor`", carried = "yes",
			by = "our `TaskDecorator`")
	void taskHandedToTheApplicationsExecutorRunsInTheScopeOfTheCaller() {
		this.runner.run((context) -> {
			AsyncTaskExecutor executor = context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class);
			OpenScope request = open(context, ScopeOptions.named("request"));
			try (request) {
				assertThat(executor.submit(() -> CancelScope.current().name())).succeedsWithin(SOON)
					.isEqualTo("request");
			}
			assertThat(executor.submit(() -> CancelScope.current().name())).succeedsWithin(SOON).isEqualTo("root");
		});
	}

	@Test
	void scopedAsyncMethodOpensItsScopeInsideTheCallers() {
		this.runner.run((context) -> {
			Worker worker = context.getBean(Worker.class);
			CountDownLatch goOn = new CountDownLatch(1);
			OpenScope request = open(context, ScopeOptions.named("request"));
			try (request) {
				CompletableFuture<String> name = worker.scoped(goOn);
				request.cancel("client went away");
				goOn.countDown();
				assertThat(name).failsWithin(SOON)
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(ScopeCancelledException.class)
					.withMessage("scope 'Worker.scoped' (2s) was cancelled, along with 'request': client went away");
			}
		});
	}

	@Test
	void workQueuedByARequestThatRanOutOfTimeIsCancelledToo() {
		this.runner.withBean("taskExecutor", ThreadPoolTaskExecutor.class, ThreadPoolTaskExecutor::new)
			.run((context) -> {
				Worker worker = context.getBean(Worker.class);
				CountDownLatch goOn = new CountDownLatch(1);
				context.getBean(ThreadPoolTaskExecutor.class).execute(() -> await(goOn));
				CompletableFuture<Boolean> cancelled;
				OpenScope request = open(context, ScopeOptions.timeout(Duration.ofSeconds(1)));
				try (request) {
					cancelled = worker.isCancelled();
					this.time.advance(Duration.ofSeconds(2));
				}
				goOn.countDown();
				assertThat(cancelled).succeedsWithin(SOON).isEqualTo(true);
			});
	}

	@Test
	void workQueuedByARequestThatEndedInTimeIsLeftAlone() {
		this.runner.withBean("taskExecutor", ThreadPoolTaskExecutor.class, ThreadPoolTaskExecutor::new)
			.run((context) -> {
				Worker worker = context.getBean(Worker.class);
				CountDownLatch goOn = new CountDownLatch(1);
				context.getBean(ThreadPoolTaskExecutor.class).execute(() -> await(goOn));
				CompletableFuture<Boolean> cancelled;
				OpenScope request = open(context, ScopeOptions.timeout(Duration.ofSeconds(1)));
				try (request) {
					cancelled = worker.isCancelled();
				}
				this.time.advance(Duration.ofSeconds(2));
				goOn.countDown();
				assertThat(cancelled).succeedsWithin(SOON).isEqualTo(false);
			});
	}

	@Test
	void usersDecoratorRunsBesideOursAndStaysTheOneThatIsInjected() {
		UsersDecorator users = new UsersDecorator();
		this.runner.withBean("usersDecorator", TaskDecorator.class, () -> users)
			.withUserConfiguration(InjectedDecoratorConfiguration.class)
			.run((context) -> {
				assertThat(context).hasSingleBean(CancelScopeTaskDecorator.class);
				assertThat(context.getBean(Injected.class).decorator()).isSameAs(users);
				asyncMethodSeesItsCallersScope(context);
				assertThat(users.decorated.getCount()).isZero();
			});
	}

	@Test
	void noExecutorIsPublished() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
					CancelScopeAopAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class))
			.run((context) -> assertThat(context).doesNotHaveBean(Executor.class));
	}

	@Test
	void nothingIsCarriedWhereThePropertyIsOff() {
		this.runner.withPropertyValues("cancel-scope.task.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(CancelScopeTaskDecorator.class)
				.doesNotHaveBean(AsyncScopePropagationBeanPostProcessor.class);
			OpenScope request = open(context, ScopeOptions.named("request"));
			try (request) {
				assertThat(context.getBean(Worker.class).scope()).succeedsWithin(SOON).isEqualTo("root");
			}
		});
	}

	private void asyncMethodSeesItsCallersScope(ApplicationContext context) {
		Worker worker = context.getBean(Worker.class);
		OpenScope request = open(context, ScopeOptions.named("request"));
		try (request) {
			assertThat(worker.scope()).succeedsWithin(SOON).isEqualTo("request");
		}
		assertThat(worker.scope()).succeedsWithin(SOON).isEqualTo("root");
	}

	private static OpenScope open(ApplicationContext context, ScopeOptions options) {
		return context.getBean(CancelScopes.class).open(options);
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	static class Worker {

		@Async
		CompletableFuture<String> scope() {
			return CompletableFuture.completedFuture(CancelScope.current().name());
		}

		@Async("pool")
		CompletableFuture<String> scopeOnPool() {
			return CompletableFuture.completedFuture(CancelScope.current().name());
		}

		@Async
		CompletableFuture<Boolean> isCancelled() {
			return CompletableFuture.completedFuture(CancelScope.current().isCancelled());
		}

		@Async
		CompletableFuture<String> thread() {
			return CompletableFuture.completedFuture(Thread.currentThread().toString());
		}

		@Async
		@CancelScoped("2s")
		CompletableFuture<String> scoped(CountDownLatch goOn) {
			await(goOn);
			CancelScope.current().check();
			return CompletableFuture.completedFuture(CancelScope.current().name());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class AsyncConfiguration {

		@Bean
		Worker worker() {
			return new Worker();
		}

	}

	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@interface Background {

	}

	static class BackgroundWorker {

		@Background
		CompletableFuture<String> scope(Thread caller) {
			String where = (Thread.currentThread() != caller) ? "another" : "the same";
			return CompletableFuture.completedFuture(CancelScope.current().name() + " on " + where + " thread");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(annotation = Background.class)
	static class BackgroundConfiguration {

	}

	record Injected(TaskDecorator decorator) {
	}

	@Configuration(proxyBeanMethods = false)
	static class InjectedDecoratorConfiguration {

		@Bean
		Injected injected(TaskDecorator decorator) {
			return new Injected(decorator);
		}

	}

	static class UsersDecorator implements TaskDecorator {

		final CountDownLatch decorated = new CountDownLatch(2);

		@Override
		public Runnable decorate(Runnable task) {
			return () -> {
				this.decorated.countDown();
				task.run();
			};
		}

	}

}
