package io.cancelscope.spring.task;

import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

class TaskDecoratorTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final CancelScopeTaskDecorator decorator = new CancelScopeTaskDecorator();

	@AfterEach
	void threadIsBackAtTheRoot() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void taskStaysWhatItIsWhereNoScopeIsOpen() {
		Runnable task = () -> {
		};
		assertThat(this.decorator.decorate(task)).isSameAs(task);
	}

	@Test
	void taskRunsInTheScopeOfTheThreadThatHandsItOver() {
		AtomicReference<String> seen = new AtomicReference<>();
		OpenScope scope = this.scopes.open(ScopeOptions.named("request"));
		try (scope) {
			Runnable decorated = this.decorator.decorate(() -> seen.set(CancelScope.current().name()));
			FutureTask<Void> run = new FutureTask<>(decorated, null);
			new Thread(run).start();
			assertThat(run).succeedsWithin(Duration.ofSeconds(10));
		}
		assertThat(seen).hasValue("request");
	}

	@Test
	void executorOfOnesOwnCarriesScopesWithThisDecorator() {
		ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
		executor.setTaskDecorator(this.decorator);
		executor.initialize();
		OpenScope scope = this.scopes.open(ScopeOptions.named("request"));
		try (scope) {
			assertThat(executor.submit(() -> CancelScope.current().name())).succeedsWithin(Duration.ofSeconds(10))
				.isEqualTo("request");
		}
		finally {
			executor.shutdown();
		}
	}

	@Test
	void taskIsDecoratedOnce() {
		OpenScope scope = this.scopes.open(ScopeOptions.named("request"));
		try (scope) {
			Runnable decorated = this.decorator.decorate(() -> {
			});
			assertThat(this.decorator.decorate(decorated)).isSameAs(decorated);
		}
	}

	@Test
	void scheduledTaskIsNeverGivenAScope() {
		AtomicReference<String> seen = new AtomicReference<>();
		ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
		OpenScope scope = this.scopes.open(ScopeOptions.named("request"));
		try (scope) {
			Runnable decorated = this.decorator.decorate(scheduled(scheduler, seen));
			scope.wrap(decorated).run();
			assertThat(seen).hasValue("root");
			assertThat(CancelScope.current()).isSameAs(scope);
		}
		finally {
			scheduler.shutdownNow();
		}
	}

	@Test
	void scheduledTaskStaysWhatItIsWhereNoScopeIsOpen() {
		ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
		try {
			Runnable scheduled = scheduled(scheduler, new AtomicReference<>());
			assertThat(this.decorator.decorate(scheduled)).isSameAs(scheduled);
		}
		finally {
			scheduler.shutdownNow();
		}
	}

	private static RunnableScheduledFuture<?> scheduled(ScheduledThreadPoolExecutor scheduler,
			AtomicReference<String> seen) {
		return (RunnableScheduledFuture<?>) scheduler.schedule(() -> seen.set(CancelScope.current().name()), 0,
				TimeUnit.DAYS);
	}

}
