package io.cancelscope.spring.task;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.LateResultHandler;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Deadlines that pass while a task waits, begins, or ends.
 *
 * <pre>
 * queue    ──wait──►│begins│──body──►│value│
 * deadline      ▲       ▲        ▲      ▲     anywhere
 * </pre>
 *
 * Each future ends, each value goes to the caller or to the handler, no scope stays open,
 * and the pool has all its threads afterwards.
 */
@Timeout(300)
class AsyncRaceTests {

	private static final int CALLS = 600;

	private static final int THREADS = 4;

	private static final Duration SOON = Duration.ofSeconds(60);

	private final AtomicInteger made = new AtomicInteger();

	private final AtomicInteger open = new AtomicInteger();

	private final ConcurrentLinkedQueue<Object> discarded = new ConcurrentLinkedQueue<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
						CancelScopeFutureAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class))
		.withBean(LateResultHandler.class, () -> (value, scope) -> this.discarded.add(value))
		.withBean(CancelScopeListener.class, () -> new CancelScopeListener() {

			@Override
			public void opened(CancelScope scope) {
				AsyncRaceTests.this.open.incrementAndGet();
			}

			@Override
			public void closed(CancelScope scope) {
				AsyncRaceTests.this.open.decrementAndGet();
			}

		})
		.withBean(Worker.class, () -> new Worker())
		.withUserConfiguration(AsyncConfiguration.class);

	@Test
	void deadlineOfAnyInstantLosesNoValue() {
		storm((worker) -> worker.stage());
	}

	@Test
	void deadlineOfAnyInstantLosesNoValueOfAPlainFuture() {
		storm((worker) -> worker.plain());
	}

	private void storm(Function<Worker, Future<Integer>> call) {
		this.runner.run((context) -> {
			Worker worker = context.getBean(Worker.class);
			List<Future<Integer>> results = new ArrayList<>();

			for (int i = 0; i < CALLS; i++) {
				results.add(call.apply(worker));
			}
			List<Object> values = new ArrayList<>();
			for (Future<Integer> result : results) {
				try {
					values.add(result.get(SOON.toSeconds(), TimeUnit.SECONDS));
				}
				catch (ExecutionException ex) {
					assertThat(ScopeCancelledException.findIn(ex)).isNotNull();
				}
			}

			await().atMost(SOON)
				.untilAsserted(() -> assertThat(values.size() + this.discarded.size()).isEqualTo(this.made.get()));
			values.addAll(this.discarded);
			assertThat(values).doesNotHaveDuplicates();
			await().atMost(SOON).untilAsserted(() -> assertThat(this.open).hasValue(0));
			ThreadPoolTaskExecutor executor = context.getBean(ThreadPoolTaskExecutor.class);
			await().atMost(SOON).untilAsserted(() -> assertThat(executor.getActiveCount()).isZero());
		});
	}

	class Worker {

		@Async
		@CancelScoped("5ms")
		CompletableFuture<Integer> stage() {
			return CompletableFuture.completedFuture(value());
		}

		@Async
		@CancelScoped("5ms")
		Future<Integer> plain() {
			return CompletableFuture.completedFuture(value());
		}

		private int value() {
			LockSupport.parkNanos(200_000);
			return AsyncRaceTests.this.made.incrementAndGet();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class AsyncConfiguration {

		@Bean
		ThreadPoolTaskExecutor taskExecutor() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setCorePoolSize(THREADS);
			executor.setMaxPoolSize(THREADS);
			return executor;
		}

	}

}
