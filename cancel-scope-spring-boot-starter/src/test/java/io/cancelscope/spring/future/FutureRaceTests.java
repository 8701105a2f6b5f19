package io.cancelscope.spring.future;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.LateResultHandler;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The value of a future comes at the instant at which its scope ends.
 *
 * <pre>
 * producer     complete(value) ──┐            ┌─► the caller has it
 *                                ├─ one wins ─┤
 * time, caller deadline, cancel ─┘            └─► the handler has it
 * </pre>
 *
 * Each value has exactly one of these ends, and the method's own last stage runs in both.
 */
@Timeout(300)
class FutureRaceTests {

	private static final int ROUNDS = 1_000;

	private static final Duration BUDGET = Duration.ofMillis(800);

	private final ManualTime time = new ManualTime();

	private final Semaphore permits = new Semaphore(0);

	private final List<Object> discarded = new CopyOnWriteArrayList<>();

	private final ExecutorService other = Executors.newSingleThreadExecutor();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.callbackExecutor(Runnable::run))
		.withBean(LateResultHandler.class, () -> (value, scope) -> this.discarded.add(value));

	@AfterEach
	void shutDown() {
		this.other.shutdownNow();
	}

	@Test
	void valueAndDeadlineAtTheSameInstant() {
		race((result, answer) -> this.time.advance(BUDGET));
	}

	@Test
	void valueAndCancellingCallerAtTheSameInstant() {
		race((result, answer) -> result.cancel(true));
	}

	private void race(BiConsumer<Future<String>, Future<String>> end) {
		this.runner.withBean(Desk.class, () -> new Desk()).run((context) -> {
			Desk desk = context.getBean(Desk.class);
			List<Future<String>> results = new ArrayList<>();
			CyclicBarrier start = new CyclicBarrier(2);

			for (int i = 0; i < ROUNDS; i++) {
				String value = "value " + i;
				CompletableFuture<String> answer = new CompletableFuture<>();
				CompletableFuture<String> result = desk.stage(answer);
				results.add(result);
				Future<?> completed = this.other.submit(() -> {
					meet(start);
					answer.complete(value);
				});
				meet(start);
				end.accept(result, answer);
				completed.get(20, TimeUnit.SECONDS);
			}

			assertThat(this.permits.availablePermits()).isEqualTo(ROUNDS);
			assertThatEachValueHasOneEnd(results);
		});
	}

	@Test
	void valueOfAPlainFutureAndDeadlineAtTheSameInstant() {
		this.runner.withBean(Desk.class, () -> new Desk()).run((context) -> {
			Desk desk = context.getBean(Desk.class);
			List<Future<String>> results = new ArrayList<>();
			CyclicBarrier start = new CyclicBarrier(2);

			for (int i = 0; i < ROUNDS; i++) {
				String value = "value " + i;
				FutureTask<String> task = new FutureTask<>(() -> value);
				results.add(desk.plain(task));
				Future<?> completed = this.other.submit(() -> {
					meet(start);
					task.run();
				});
				meet(start);
				this.time.advance(BUDGET);
				completed.get(20, TimeUnit.SECONDS);
			}

			assertThatEachValueHasOneEnd(results);
		});
	}

	private void assertThatEachValueHasOneEnd(List<Future<String>> results) {
		List<Object> ends = new ArrayList<>();
		for (Future<String> result : results) {
			try {
				ends.add(result.get(20, TimeUnit.SECONDS));
			}
			catch (Exception ex) {
				assertThat(ex).isNotInstanceOf(TimeoutException.class);
			}
		}
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(ends.size() + this.discarded.size()).isEqualTo(ROUNDS));
		ends.addAll(this.discarded);
		assertThat(ends).doesNotHaveDuplicates();
	}

	private static void meet(CyclicBarrier barrier) {
		try {
			barrier.await(20, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	class Desk {

		@CancelScoped("800ms")
		CompletableFuture<String> stage(CompletableFuture<String> answer) {
			return answer.whenComplete((value, error) -> FutureRaceTests.this.permits.release());
		}

		@CancelScoped("800ms")
		Future<String> plain(Future<String> answer) {
			return answer;
		}

	}

}
