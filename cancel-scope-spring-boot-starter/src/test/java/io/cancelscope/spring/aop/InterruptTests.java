package io.cancelscope.spring.aop;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import io.cancelscope.spring.task.CancelScopeTaskAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The attribute {@code interrupt}: whoever is blocked in the method wakes up, and nothing
 * of the interrupt is left afterwards.
 */
@Timeout(60)
class InterruptTests {

	private final ManualTime time = new ManualTime();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
						CancelScopeFutureAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class,
						AopAutoConfiguration.class, TaskExecutionAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withUserConfiguration(Asynchronous.class)
		.withBean(Desk.class);

	@AfterEach
	void threadIsClean() {
		assertThat(Thread.interrupted()).isFalse();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(this.time.pending()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void sleepIsInterruptedAtTheDeadline(String weaving) {
		run(weaving, (desk, scopes) -> {
			expireOnceBlocked(desk);

			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(desk::sleep)
				.withMessage("scope 'Desk.sleep' (1s) exceeded its deadline")
				.withCauseInstanceOf(InterruptedException.class);

			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void takeFromAQueueIsInterruptedWhereTheCallerIsCancelled(String weaving) {
		run(weaving, (desk, scopes) -> scopes.run(ScopeOptions.named("request").withTimeout(Duration.ofSeconds(1)),
				(request) -> {
					expireOnceBlocked(desk);

					assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(desk::take)
						.withMessageContaining("set by 'request'");

					assertThat(Thread.currentThread().isInterrupted()).isFalse();
				}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void fallbackStandsInForWhatWasInterrupted(String weaving) {
		run(weaving, (desk, scopes) -> {
			expireOnceBlocked(desk);

			assertThat(desk.takeOrElse()).isEqualTo("nothing, interrupted: false");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void methodWithAnAsynchronousResultIsInterruptedWhileItRuns(String weaving) {
		run(weaving, (desk, scopes) -> {
			expireOnceBlocked(desk);

			// It fails before there is a result, so it throws.
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(desk::takeForLater)
				.withCauseInstanceOf(InterruptedException.class);

			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void workerOfAnAsyncMethodIsInterruptedAndGoesOnClean(String weaving) {
		this.runner.withPropertyValues("cancel-scope.weaving=" + weaving, "spring.task.execution.pool.core-size=1")
			.run((context) -> {
				Desk desk = context.getBean(Desk.class);
				expireOnceBlocked(desk);

				assertThat(desk.takeOnAWorker()).failsWithin(30, TimeUnit.SECONDS)
					.withThrowableThat()
					.withCauseInstanceOf(DeadlineExceededException.class);

				assertThat(desk.workerIsInterrupted()).succeedsWithin(30, TimeUnit.SECONDS).isEqualTo(false);
			});
	}

	private void run(String weaving, Test test) {
		this.runner.withPropertyValues("cancel-scope.weaving=" + weaving)
			.run((context) -> test.run(context.getBean(Desk.class), context.getBean(CancelScopes.class)));
	}

	interface Test {

		void run(Desk desk, CancelScopes scopes) throws InterruptedException;

	}

	/** It may not be blocked yet: an interrupt that comes earlier ends the wait, too. */
	private void expireOnceBlocked(Desk desk) {
		CountDownLatch entered = desk.entered();
		new Thread(() -> {
			try {
				if (entered.await(30, TimeUnit.SECONDS)) {
					this.time.advance(Duration.ofSeconds(1));
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}).start();
	}

	static class Desk {

		private final BlockingQueue<String> queue = new LinkedBlockingQueue<>();

		private final CountDownLatch entered = new CountDownLatch(1);

		CountDownLatch entered() {
			return this.entered;
		}

		@CancelScoped(timeout = "1s", interrupt = true)
		void sleep() throws InterruptedException {
			this.entered.countDown();
			Thread.sleep(Duration.ofHours(1).toMillis());
		}

		@CancelScoped(interrupt = true)
		String take() throws InterruptedException {
			this.entered.countDown();
			return this.queue.take();
		}

		@CancelScoped(timeout = "1s", interrupt = true, fallback = "nothing")
		String takeOrElse() throws InterruptedException {
			this.entered.countDown();
			return this.queue.take();
		}

		String nothing() {
			return "nothing, interrupted: " + Thread.currentThread().isInterrupted();
		}

		@CancelScoped(timeout = "1s", interrupt = true)
		CompletableFuture<String> takeForLater() throws InterruptedException {
			this.entered.countDown();
			return CompletableFuture.completedFuture(this.queue.take());
		}

		@Async
		@CancelScoped(timeout = "1s", interrupt = true)
		CompletableFuture<String> takeOnAWorker() throws InterruptedException {
			this.entered.countDown();
			return CompletableFuture.completedFuture(this.queue.take());
		}

		@Async
		CompletableFuture<Boolean> workerIsInterrupted() {
			return CompletableFuture.completedFuture(Thread.currentThread().isInterrupted());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class Asynchronous {

	}

}
