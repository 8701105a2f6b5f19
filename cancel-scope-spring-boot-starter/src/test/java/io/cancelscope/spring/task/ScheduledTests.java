package io.cancelscope.spring.task;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.CompositeTaskDecorator;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is scheduled begins at the root each time, on both of Spring's schedulers, beside
 * the decorator of {@code spring.task.execution.propagate-context=true} and without it.
 */
class ScheduledTests {

	private static final Duration TICK = Duration.ofMillis(5);

	private static final Duration BUDGET = Duration.ofMillis(800);

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class,
				TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withUserConfiguration(SchedulingConfiguration.class);

	@AfterEach
	void threadIsBackAtTheRoot() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@ParameterizedTest
	@EnumSource
	@CarryingRow(way = "`@Scheduled` methods", carried = "no, by design", by = "each run begins at the root")
	void scheduledMethodBeginsAtTheRootWhereverTheContextIsStarted(On on) {
		OpenScope starting = this.scopes.open(ScopeOptions.named("starting"));
		try (starting) {
			run(on, (job, scheduler) -> assertThat(job.plainRuns().awaited()).containsOnly("root"));
		}
	}

	@ParameterizedTest
	@EnumSource
	@CarryingRow(way = "`@CancelScoped` on a `@Scheduled` method", carried = "no, by design",
			by = "each run has a budget of its own")
	void scopedScheduledMethodHasItsOwnBudgetInEachRun(On on) {
		run(on, (job, scheduler) -> assertThat(job.scopedRuns().awaited()).containsOnly("Job.scoped with PT0.8S"));
	}

	@ParameterizedTest
	@EnumSource
	@CarryingRow(way = "`scheduleAtFixedRate` and `scheduleWithFixedDelay`, called inside a scope",
			carried = "no, by design", by = "a later run would be in the scope of a request that ended long ago")
	void taskScheduledInsideAScopeBeginsAtTheRoot(On on) {
		run(on, (job, scheduler) -> {
			Runs rate = new Runs();
			Runs delay = new Runs();
			OpenScope request = this.scopes.open(ScopeOptions.named("request"));
			try (request) {
				scheduler.scheduleAtFixedRate(() -> rate.add(current()), TICK);
				scheduler.scheduleWithFixedDelay(() -> delay.add(current()), TICK);
				assertThat(rate.awaited()).containsOnly("root");
				assertThat(delay.awaited()).containsOnly("root");
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	@CarryingRow(way = "tasks with a `Trigger` or a cron expression, scheduled inside a scope",
			carried = "no, by design",
			by = "such a task schedules itself again, and would take the scope along for ever")
	void taskWithATriggerBeginsAtTheRoot(On on) {
		run(on, (job, scheduler) -> {
			Runs runs = new Runs();
			OpenScope request = this.scopes.open(ScopeOptions.named("request"));
			try (request) {
				scheduler.schedule(() -> runs.add(current()), (trigger) -> Instant.now().plus(TICK));
				assertThat(runs.awaited()).containsOnly("root");
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	@CarryingRow(way = "Spring Boot's executor with `spring.task.execution.propagate-context=true`", carried = "yes",
			by = "our `TaskDecorator` and the `ThreadLocalAccessor`, to the same effect")
	void taskForTheExecutorIsCarriedOnceOrTwiceToTheSameEffect(On on) {
		runner(on).run((context) -> {
			AsyncTaskExecutor executor = context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class);
			OpenScope request = this.scopes.open(ScopeOptions.timeout(BUDGET).withName("request"));
			Future<Boolean> late;
			try (request) {
				assertThat(executor.submit(ScheduledTests::current)).succeedsWithin(Runs.SOON).isEqualTo("request");
				this.time.advance(BUDGET);
				late = executor.submit(() -> CancelScope.current().isCancelled());
			}
			assertThat(late).succeedsWithin(Runs.SOON).isEqualTo(true);
			assertThat(executor.submit(ScheduledTests::current)).succeedsWithin(Runs.SOON).isEqualTo("root");
		});
	}

	@Test
	@CarryingRow(way = "a `ThreadPoolTaskScheduler` of your own with `ContextPropagatingTaskDecorator` alone",
			carried = "yes, into every run",
			by = "usually unintended: put the bean `cancelScopeTaskDecorator` first in a `CompositeTaskDecorator`")
	void schedulerThatOnlyKnowsTheGenericDecoratorKeepsTheFirstScope() {
		assertThat(seenOnSchedulerWith(new ContextPropagatingTaskDecorator())).containsOnly("request");
		assertThat(seenOnSchedulerWith(new CompositeTaskDecorator(
				List.of(new CancelScopeTaskDecorator(), new ContextPropagatingTaskDecorator()))))
			.containsOnly("root");
	}

	private List<String> seenOnSchedulerWith(TaskDecorator decorator) {
		ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
		scheduler.setTaskDecorator(decorator);
		scheduler.initialize();
		Runs runs = new Runs();
		OpenScope request = this.scopes.open(ScopeOptions.named("request"));
		try (request) {
			scheduler.scheduleAtFixedRate(() -> runs.add(current()), TICK);
			return runs.awaited();
		}
		finally {
			scheduler.shutdown();
		}
	}

	private void run(On on, BiConsumer<Job, TaskScheduler> test) {
		runner(on).run((context) -> {
			TaskScheduler scheduler = context.getBean(TaskScheduler.class);
			assertThat(scheduler.getClass().getSimpleName()).isEqualTo(on.scheduler);
			test.accept(context.getBean(Job.class), scheduler);
		});
	}

	private ApplicationContextRunner runner(On on) {
		Assumptions.assumeTrue(!on.virtual || Runtime.version().feature() >= 21, "virtual threads need JDK 21");
		return this.runner.withPropertyValues("spring.threads.virtual.enabled=" + on.virtual,
				"spring.task.execution.propagate-context=" + on.propagating);
	}

	private static String current() {
		return CancelScope.current().name();
	}

	enum On {

		PLATFORM(false, false), PLATFORM_PROPAGATING(false, true), VIRTUAL(true, false),
		VIRTUAL_PROPAGATING(true, true);

		private final boolean virtual;

		private final boolean propagating;

		private final String scheduler;

		On(boolean virtual, boolean propagating) {
			this.virtual = virtual;
			this.propagating = propagating;
			this.scheduler = virtual ? "SimpleAsyncTaskScheduler" : "ThreadPoolTaskScheduler";
		}

	}

	/** What some runs saw; three of them will do. */
	static final class Runs {

		static final Duration SOON = Duration.ofSeconds(10);

		private final List<String> seen = new CopyOnWriteArrayList<>();

		private final CountDownLatch three = new CountDownLatch(3);

		void add(String name) {
			this.seen.add(name);
			this.three.countDown();
		}

		List<String> awaited() {
			try {
				assertThat(this.three.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return List.copyOf(this.seen);
		}

	}

	static class Job {

		private final Runs plain = new Runs();

		private final Runs scoped = new Runs();

		private final ManualTime time;

		Job(TimeSource time) {
			this.time = (ManualTime) time;
		}

		@Scheduled(fixedRate = 5)
		void plain() {
			this.plain.add(current());
		}

		@Scheduled(fixedDelay = 5)
		@CancelScoped("800ms")
		void scoped() {
			this.scoped.add(current() + " with " + CancelScope.current().remaining().orElseThrow());
			this.time.advance(Duration.ofMillis(300));
		}

		Runs plainRuns() {
			return this.plain;
		}

		Runs scopedRuns() {
			return this.scoped;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class SchedulingConfiguration {

		@Bean
		Job job(TimeSource time) {
			return new Job(time);
		}

	}

}
