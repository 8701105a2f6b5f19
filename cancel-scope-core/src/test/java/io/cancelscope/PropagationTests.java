package io.cancelscope;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * R15: how a scope gets to other threads, and what it leaves there.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class PropagationTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private final ScheduledExecutorService pool = Executors.newSingleThreadScheduledExecutor();

	@AfterEach
	void threadOfThePoolIsClean() throws Exception {
		assertThat(this.pool.submit(() -> CancelScope.current().name()).get(10, TimeUnit.SECONDS)).isEqualTo("root");
		this.pool.shutdownNow();
	}

	@Test
	void aTaskRunBySubmitterLeavesWhatIsCurrentAsItWas() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("outer"))) {
			Runnable task = scope.wrap((Runnable) () -> this.scopes.open(ScopeOptions.named("forgotten")));

			assertThatIllegalStateException().isThrownBy(task::run)
				.withMessageContaining("an attachment of 'outer'")
				.withMessageContaining("'forgotten'");

			assertThat(CancelScope.current()).isSameAs(scope);
		}
	}

	@Test
	void whatATaskRunBySubmitterThrowsIsNotHidden() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("outer"))) {
			RuntimeException failure = new RuntimeException("of the task");
			Runnable task = scope.wrap((Runnable) () -> {
				this.scopes.open(ScopeOptions.named("forgotten"));
				throw failure;
			});

			assertThatThrownBy(task::run).isSameAs(failure)
				.satisfies((ex) -> assertThat(ex.getSuppressed()).hasSize(1));

			assertThat(CancelScope.current()).isSameAs(scope);
		}
	}

	@Test
	void newThreadHasNoScope() throws Exception {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("scope"))) {
			assertThat(scope.name()).isEqualTo("scope");

			Thread thread = new Thread(() -> this.trail.add(CancelScope.current().name()));
			thread.start();
			thread.join(10_000);
		}
		assertThat(this.trail.words()).containsExactly("root");
	}

	@Test
	void wrappedTasksRunInTheScopeAndRestore() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("scope"));
		Runnable runnable = scope.wrap(() -> this.trail.add(this.scopes.current().name()));
		Callable<String> callable = scope.wrap((Callable<String>) () -> this.scopes.current().name());
		Supplier<String> supplier = scope.wrapSupplier(() -> this.scopes.current().name());

		try (OpenScope here = this.scopes.open(ScopeOptions.named("here"))) {
			runnable.run();
			assertThat(callable.call()).isEqualTo("scope");
			assertThat(supplier.get()).isEqualTo("scope");
			assertThat(this.scopes.current()).isSameAs(here);
		}

		runnable.run();
		assertThat(this.trail.words()).containsExactly("scope", "scope");
	}

	@Test
	void wrappedTaskThatThrowsRestores() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		Runnable task = scope.wrap((Runnable) () -> {
			throw new IllegalStateException("broken");
		});

		try (OpenScope here = this.scopes.open(ScopeOptions.none())) {
			assertThatIllegalStateException().isThrownBy(task::run);
			assertThat(this.scopes.current()).isSameAs(here);
		}
		assertThat(scope.isCancelled()).isFalse();
	}

	@Test
	void wrappedCallableAndSupplierOfACancelledScopeDoNotStart() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		Callable<String> callable = scope.wrap((Callable<String>) () -> started());
		Supplier<String> supplier = scope.wrapSupplier(this::started);
		scope.cancel();

		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(callable::call);
		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(supplier::get);

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void wrappedRunnableOfACancelledScopeRunsInsideIt() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		FutureTask<Boolean> future = new FutureTask<>(this.scopes::isCancelled);
		Runnable task = scope.wrap((Runnable) future);
		scope.cancel();

		task.run();

		assertThat(future.get(0, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void wrappedExecutorUsesItsScopeWhoeverSubmits() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("fixed"));
		Executor executor = scope.wrap((Executor) Runnable::run);

		try (OpenScope here = this.scopes.open(ScopeOptions.named("here"))) {
			executor.execute(() -> this.trail.add(this.scopes.current().name()));
			assertThat(this.scopes.current()).isSameAs(here);
		}

		assertThat(this.trail.words()).containsExactly("fixed");
	}

	@Test
	void propagatingExecutorCapturesAtSubmit() {
		Queue<Runnable> queue = new ArrayDeque<>();
		Executor executor = this.scopes.propagating((Executor) queue::add);
		try (OpenScope submitter = this.scopes.open(ScopeOptions.named("submitter"))) {
			executor.execute(() -> this.trail.add(this.scopes.current().name()));
			try (OpenScope other = this.scopes.open(ScopeOptions.named("other"))) {
				queue.remove().run(); // as a caller-runs policy would
				assertThat(this.scopes.current()).isSameAs(other);
			}
			assertThat(this.scopes.current()).isSameAs(submitter);
		}

		assertThat(this.trail.words()).containsExactly("submitter");
	}

	@Test
	void taskSubmittedWithoutAScopeRunsWithoutOne() {
		Queue<Runnable> queue = new ArrayDeque<>();
		this.scopes.propagating((Executor) queue::add).execute(() -> this.trail.add(this.scopes.current().name()));

		try (OpenScope runner = this.scopes.open(ScopeOptions.named("runner"))) {
			queue.remove().run();
			assertThat(this.scopes.current()).isSameAs(runner);
		}

		assertThat(this.trail.words()).containsExactly("root");
	}

	@Test
	void propagatingServiceCarriesEveryKindOfTask() throws Exception {
		ExecutorService service = this.scopes.propagating((ExecutorService) this.pool);
		Callable<String> name = () -> this.scopes.current().name();
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("scope"))) {
			assertThat(scope.isCancelled()).isFalse();
			Runnable noting = () -> this.trail.add(this.scopes.current().name());

			assertThat(service.submit(name).get()).isEqualTo("scope");
			assertThat(service.submit(noting, "result").get()).isEqualTo("result");
			assertThat(service.submit(noting).get()).isNull();
			assertThat(service.invokeAll(List.of(name)).get(0).get()).isEqualTo("scope");
			assertThat(service.invokeAll(List.of(name), 10, TimeUnit.SECONDS).get(0).get()).isEqualTo("scope");
			assertThat(service.invokeAny(List.of(name))).isEqualTo("scope");
			assertThat(service.invokeAny(List.of(name), 10, TimeUnit.SECONDS)).isEqualTo("scope");
		}
		assertThat(this.trail.words()).containsExactly("scope", "scope");
	}

	@Test
	void propagatingServiceRunsAlsoTheTasksOfACancelledScope() throws Exception {
		ExecutorService service = this.scopes.propagating((ExecutorService) this.pool);
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel();

			Future<Boolean> future = service.submit(this.scopes::isCancelled);

			assertThat(future.get(10, TimeUnit.SECONDS)).isTrue();
		}
	}

	@Test
	void propagatingSchedulerCarriesAndDelays() throws Exception {
		ScheduledExecutorService service = this.scopes.propagating(this.pool);
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("scope"))) {
			assertThat(scope.isCancelled()).isFalse();

			ScheduledFuture<String> value = service.schedule(() -> this.scopes.current().name(), 1,
					TimeUnit.MILLISECONDS);
			ScheduledFuture<?> run = service.schedule(() -> this.trail.add(this.scopes.current().name()), 1,
					TimeUnit.MILLISECONDS);

			assertThat(value.get(10, TimeUnit.SECONDS)).isEqualTo("scope");
			run.get(10, TimeUnit.SECONDS);
			assertThat(this.trail.words()).containsExactly("scope");
		}
	}

	@Test
	void periodicTaskEndsWithItsScope() {
		ScheduledExecutorService service = this.scopes.propagating(this.pool);
		OpenScope scope = this.scopes.open(ScopeOptions.none());
		ScheduledFuture<?> atRate = service.scheduleAtFixedRate(this::started, 0, 1, TimeUnit.MILLISECONDS);
		ScheduledFuture<?> withDelay = service.scheduleWithFixedDelay(this::started, 0, 1, TimeUnit.MILLISECONDS);

		scope.cancel();

		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> atRate.get(10, TimeUnit.SECONDS))
			.withCauseInstanceOf(ScopeCancelledException.class);
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> withDelay.get(10, TimeUnit.SECONDS))
			.withCauseInstanceOf(ScopeCancelledException.class);
		scope.close();
	}

	@Test
	void shutdownReachesTheExecutorBehind() throws Exception {
		ExecutorService behind = Executors.newSingleThreadExecutor();
		ExecutorService service = this.scopes.propagating(behind);

		service.shutdown();

		assertThat(behind.isShutdown()).isTrue();
		assertThat(service.isShutdown()).isTrue();
		assertThat(service.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
		assertThat(service.isTerminated()).isTrue();
		assertThat(service.shutdownNow()).isEmpty();
	}

	@Test
	void attachMakesCurrentAndRestores() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("scope"));
		try (OpenScope here = this.scopes.open(ScopeOptions.named("here"))) {
			Registration attached = scope.attach();
			assertThat(this.scopes.current()).isSameAs(scope);

			assertThat(attached.unregister()).isTrue();

			assertThat(attached.unregister()).isFalse();
			attached.close();
			assertThat(this.scopes.current()).isSameAs(here);
		}
	}

	@Test
	void attachedScopeIsTheParentOfWhatOpensThere() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("scope").withTimeout(seconds(3)));

		scope.wrap((Runnable) () -> {
			try (OpenScope child = this.scopes.open(ScopeOptions.none())) {
				assertThat(child.remaining()).contains(seconds(3));
				scope.cancel();
				assertThat(child.isCancelled()).isTrue();
			}
		}).run();
	}

	@Test
	void sameScopeIsAttachedOnManyThreads() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("scope"));
		try (Registration attached = scope.attach()) {
			assertThat(attached).isNotNull();

			Future<String> elsewhere = this.pool
				.submit(scope.wrap((Callable<String>) () -> this.scopes.current().name()));

			assertThat(elsewhere.get(10, TimeUnit.SECONDS)).isEqualTo("scope");
			assertThat(this.scopes.current()).isSameAs(scope);
		}
	}

	@Test
	void unboundScopeIsCurrentNowhere() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());

		assertThat(this.scopes.current()).isNotSameAs(scope);

		scope.close();
	}

	@Test
	void nullIsNamed() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());

		assertThatNullPointerException().isThrownBy(() -> scope.wrap((Runnable) null)).withMessage("task");
		assertThatNullPointerException().isThrownBy(() -> scope.wrap((Callable<?>) null)).withMessage("task");
		assertThatNullPointerException().isThrownBy(() -> scope.wrap((Executor) null)).withMessage("executor");
		assertThatNullPointerException().isThrownBy(() -> scope.wrapSupplier(null)).withMessage("task");
		assertThatNullPointerException().isThrownBy(() -> this.scopes.propagating((Executor) null))
			.withMessage("executor");
		assertThatNullPointerException()
			.isThrownBy(() -> this.scopes.propagating((ExecutorService) this.pool).submit((Callable<?>) null))
			.withMessage("task");
	}

	private String started() {
		this.trail.add("started");
		return "value";
	}

}
