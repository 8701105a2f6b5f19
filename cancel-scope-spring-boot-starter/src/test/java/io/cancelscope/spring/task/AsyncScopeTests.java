package io.cancelscope.spring.task;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.LateResultHandler;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The scope of a method that is {@code @Async} opens where it is called. There is one
 * worker here, which the tests keep busy.
 */
@Timeout(120)
class AsyncScopeTests {

	private static final Duration BUDGET = Duration.ofMillis(800);

	private static final Duration SOON = Duration.ofSeconds(20);

	private final ManualTime time = new ManualTime();

	private final CountDownLatch goOn = new CountDownLatch(1);

	private final CountDownLatch begun = new CountDownLatch(1);

	private final List<String> trail = new CopyOnWriteArrayList<>();

	private final List<Object> discarded = new CopyOnWriteArrayList<>();

	private final List<CancelScope> open = new CopyOnWriteArrayList<>();

	private String weaving = "advisor";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class,
				CancelScopeTaskAutoConfiguration.class, AopAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(LateResultHandler.class, () -> (value, scope) -> this.discarded.add(value))
		.withBean(CancelScopeListener.class, () -> new CancelScopeListener() {

			@Override
			public void opened(CancelScope scope) {
				AsyncScopeTests.this.open.add(scope);
			}

			@Override
			public void closed(CancelScope scope) {
				AsyncScopeTests.this.open.remove(scope);
			}

		})
		.withBean(Worker.class, () -> new Worker());

	@AfterEach
	void nothingIsLeftOpen() {
		this.goOn.countDown();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		await().atMost(SOON).untilAsserted(() -> assertThat(this.open).isEmpty());
		assertThat(this.time.pending()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void futureOfADeafBodyEndsAtTheDeadline(String weaving) {
		this.weaving = weaving;
		run((worker, executor) -> {
			CompletableFuture<String> result = worker.deaf();
			meet(this.begun);

			this.time.advance(BUDGET);

			assertThat(result).failsWithin(SOON)
				.withThrowableThat()
				.withCauseInstanceOf(DeadlineExceededException.class);
			assertThat(this.goOn.getCount()).isEqualTo(1);
			this.goOn.countDown();
			await().atMost(SOON).untilAsserted(() -> assertThat(this.discarded).containsExactly("late"));
		});
	}

	@Test
	void plainFutureOfADeafBodyEndsAtTheDeadline() {
		run((worker, executor) -> {
			Future<String> result = worker.deafAndPlain();
			meet(this.begun);

			this.time.advance(BUDGET);

			assertThat(result).failsWithin(SOON)
				.withThrowableThat()
				.withCauseInstanceOf(DeadlineExceededException.class);
			this.goOn.countDown();
			await().atMost(SOON).untilAsserted(() -> assertThat(this.discarded).containsExactly("late"));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void cancellingTheFutureCancelsTheScopeOfTheBody(String weaving) {
		this.weaving = weaving;
		run((worker, executor) -> {
			CompletableFuture<String> result = worker.listening();
			meet(this.begun);

			assertThat(result.cancel(true)).isTrue();

			await().atMost(SOON)
				.untilAsserted(() -> assertThat(this.trail)
					.containsExactly("REQUESTED: its result was cancelled, on the worker"));
			assertThat(result).isCancelled();
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { Ordered.LOWEST_PRECEDENCE, 0 })
	void timeInTheQueueIsPartOfTheBudgetWhateverTheOrderOfAsync(int order) {
		run(order, (worker, executor) -> {
			executor.execute(() -> meet(this.goOn));
			CompletableFuture<String> result = worker.listening();

			this.time.advance(BUDGET);

			assertThat(result).failsWithin(SOON)
				.withThrowableThat()
				.withCauseInstanceOf(DeadlineExceededException.class);
			this.goOn.countDown();
			assertThat(executor.submit(() -> "the next task")).succeedsWithin(SOON);
			assertThat(this.begun.getCount()).as("was begun").isEqualTo(1);
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { Ordered.LOWEST_PRECEDENCE, 0 })
	void methodWithoutAResultHasItsScopeOnTheWorkerWhateverTheOrderOfAsync(int order) {
		run(order, (worker, executor) -> {
			worker.noResult();
			meet(this.begun);

			assertThat(this.open).singleElement()
				.satisfies((scope) -> assertThat(scope.name()).isEqualTo("Worker.noResult"));
			this.goOn.countDown();

			await().atMost(SOON).untilAsserted(() -> assertThat(this.trail).containsExactly("Worker.noResult"));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void bodyHasTheOneScopeThatWasOpenedAtTheCall(String weaving) {
		this.weaving = weaving;
		run((worker, executor) -> {
			worker.noResult();
			await().atMost(SOON).until(() -> this.begun.getCount() == 0);

			assertThat(this.open).hasSize(1);
			this.goOn.countDown();
			await().atMost(SOON).untilAsserted(() -> assertThat(this.trail).containsExactly("Worker.noResult"));
		});
	}

	@Test
	void methodWithoutAResultWhoseTimeIsUpIsNotBegun() {
		run((worker, executor) -> {
			executor.execute(() -> meet(this.goOn));
			worker.noResult();

			this.time.advance(BUDGET);
			this.goOn.countDown();

			assertThat(executor.submit(() -> "the next task")).succeedsWithin(SOON);
			assertThat(this.begun.getCount()).as("was begun").isEqualTo(1);
		});
	}

	@Test
	void fallbackOfAMethodWithoutAResultRunsInsteadOfTheBody() {
		run((worker, executor) -> {
			executor.execute(() -> meet(this.goOn));
			worker.orElse();

			this.time.advance(BUDGET);
			this.goOn.countDown();

			await().atMost(SOON).untilAsserted(() -> assertThat(this.trail).containsExactly("fell back in root"));
		});
	}

	@Test
	void workerIsFreeAtTheDeadlineThoughTheMethodsOwnFutureIsNot() {
		run((worker, executor) -> {
			CompletableFuture<String> answer = new CompletableFuture<>();
			CompletableFuture<String> result = worker.later(answer);
			meet(this.begun);

			this.time.advance(BUDGET);

			assertThat(result).failsWithin(SOON)
				.withThrowableThat()
				.withCauseInstanceOf(DeadlineExceededException.class);
			assertThat(executor.submit(() -> "the next task")).succeedsWithin(SOON);
			answer.complete("late");
			assertThat(this.discarded).containsExactly("late");
		});
	}

	@Test
	void callerWhoseTaskIsRefusedLeavesNoScopeOpen() {
		run((worker, executor) -> {
			executor.shutdown();

			assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(worker::listening);
			assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(worker::noResult);

			assertThat(this.open).isEmpty();
		});
	}

	@Test
	void scopeOpensAtTheCallAlsoWhereNothingElseIsCarried() {
		this.runner.withPropertyValues("cancel-scope.task.enabled=false")
			.withUserConfiguration(AsyncConfiguration.class)
			.run((context) -> {
				Worker worker = context.getBean(Worker.class);
				CompletableFuture<String> result = worker.listening();
				meet(this.begun);

				this.time.advance(BUDGET);

				assertThat(result).failsWithin(SOON)
					.withThrowableThat()
					.withCauseInstanceOf(ScopeCancelledException.class);
				await().atMost(SOON)
					.untilAsserted(() -> assertThat(this.trail).singleElement().asString().startsWith("DEADLINE"));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void otherMethodOfTheBeanHasOneScope(String weaving) {
		this.weaving = weaving;
		run((worker, executor) -> assertThat(worker.scopeAround()).isNull());
	}

	private void run(BiConsumer<Worker, ThreadPoolTaskExecutor> test) {
		run(Ordered.LOWEST_PRECEDENCE, test);
	}

	private void run(int order, BiConsumer<Worker, ThreadPoolTaskExecutor> test) {
		Class<?> configuration = (order == 0) ? EarlyAsyncConfiguration.class : AsyncConfiguration.class;
		this.runner.withUserConfiguration(configuration)
			.withPropertyValues("cancel-scope.weaving=" + this.weaving)
			.run((context) -> test.accept(context.getBean(Worker.class),
					context.getBean(ThreadPoolTaskExecutor.class)));
	}

	private static void meet(CountDownLatch latch) {
		boolean interrupted = false;
		while (latch.getCount() > 0) {
			try {
				if (!latch.await(60, TimeUnit.SECONDS)) {
					throw new IllegalStateException("It has not happened");
				}
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	class Worker {

		@Async
		@CancelScoped("800ms")
		CompletableFuture<String> deaf() {
			return CompletableFuture.completedFuture(late());
		}

		@Async
		@CancelScoped("800ms")
		Future<String> deafAndPlain() {
			return CompletableFuture.completedFuture(late());
		}

		private String late() {
			AsyncScopeTests.this.begun.countDown();
			meet(AsyncScopeTests.this.goOn);
			return "late";
		}

		@Async
		@CancelScoped("800ms")
		CompletableFuture<String> listening() {
			CancelScope scope = CancelScope.current();
			CountDownLatch stopped = new CountDownLatch(1);
			scope.onCancel((reason) -> stopped.countDown());
			AsyncScopeTests.this.begun.countDown();
			meet(stopped);
			CancelReason reason = scope.reason().orElseThrow();
			AsyncScopeTests.this.trail.add(reason.kind() + ": " + reason.message() + ", on the worker");
			return CompletableFuture.completedFuture("");
		}

		@Async
		@CancelScoped("800ms")
		void noResult() {
			AsyncScopeTests.this.begun.countDown();
			meet(AsyncScopeTests.this.goOn);
			AsyncScopeTests.this.trail.add(CancelScope.current().name());
		}

		@Async
		@CancelScoped(timeout = "800ms", fallback = "instead")
		void orElse() {
			AsyncScopeTests.this.trail.add("begun");
		}

		void instead() {
			AsyncScopeTests.this.trail.add("fell back in " + CancelScope.current().name());
		}

		@Async
		@CancelScoped("800ms")
		CompletableFuture<String> later(CompletableFuture<String> answer) {
			AsyncScopeTests.this.begun.countDown();
			return answer;
		}

		@CancelScoped("800ms")
		@Nullable CancelScope scopeAround() {
			return CancelScope.current().details().parent();
		}

	}

	/** The one worker. */
	static class OneThread {

		@Bean
		ThreadPoolTaskExecutor taskExecutor() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setCorePoolSize(1);
			executor.setMaxPoolSize(1);
			return executor;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class AsyncConfiguration extends OneThread {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(order = 0)
	static class EarlyAsyncConfiguration extends OneThread {

	}

}
