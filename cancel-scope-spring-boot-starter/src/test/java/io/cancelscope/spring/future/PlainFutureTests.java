package io.cancelscope.spring.future;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelReason.Kind;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.CarryingRow;
import io.cancelscope.spring.LateResultHandler;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Methods declared to return {@link Future}: the scope ends when somebody sees the
 * result, and at the latest when it is cancelled or nobody can ask any more.
 */
@Timeout(60)
class PlainFutureTests {

	private static final Duration BUDGET = Duration.ofMillis(800);

	private static final int MANY = 100;

	private final ManualTime time = new ManualTime();

	private final List<Object> discarded = new CopyOnWriteArrayList<>();

	private final AtomicInteger open = new AtomicInteger();

	private final CountDownLatch asked = new CountDownLatch(1);

	private final FutureTask<String> task = new FutureTask<>(() -> "best");

	private @Nullable CancelScope last;

	private @Nullable CancelScopes current;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.callbackExecutor(Runnable::run))
		.withBean(CancelScopeListener.class, () -> new CancelScopeListener() {

			@Override
			public void opened(CancelScope scope) {
				PlainFutureTests.this.open.incrementAndGet();
			}

			@Override
			public void closed(CancelScope scope) {
				PlainFutureTests.this.open.decrementAndGet();
			}

		})
		.withBean(LateResultHandler.class, () -> (value, scope) -> this.discarded.add(value));

	@AfterEach
	void nothingIsLeftBehind() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(this.time.pending()).isZero();
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	@CarryingRow(way = "`Future` from a `@CancelScoped` method", carried = "as its producer is",
			by = "the scope itself lasts until somebody sees the result")
	void scopeStaysOpenUntilSomebodySeesTheResult() {
		run((desk) -> {
			Future<String> result = desk.best(this.task);
			assertThat(result.isDone()).isFalse();
			this.task.run();
			assertThat(this.open).hasValue(1);

			assertThat(result.isDone()).isTrue();
			assertThat(this.open).hasValue(0);
			assertThat(result).isNotCancelled().succeedsWithin(BUDGET).isEqualTo("best");
			assertThat(scope().isCancelled()).isFalse();
		});
	}

	@Test
	void askingForTheResultEndsTheScope() {
		run((desk) -> {
			Future<String> result = desk.best(this.task);
			this.task.run();

			assertThat(get(result)).isEqualTo("best");
			assertThat(this.open).hasValue(0);
		});
	}

	@Test
	void resultThatIsThereOnReturnEndsTheScope() {
		run((desk) -> {
			this.task.run();
			Future<String> result = desk.best(this.task);

			assertThat(this.open).hasValue(0);
			assertThat(get(result)).isEqualTo("best");
		});
	}

	@Test
	void deadlineFailsTheResultAndLeavesTheMethodsFutureAlone() {
		run((desk) -> {
			Future<String> result = desk.best(this.task);
			this.time.advance(BUDGET);

			assertThat(this.task).isNotDone();
			assertThat(this.open).hasValue(0);
			assertThat(result.isDone()).isTrue();
			assertThat(result.isCancelled()).isFalse();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(result::get)
				.havingCause()
				.isInstanceOf(DeadlineExceededException.class)
				.withMessage("scope 'Desk.best' (800ms) exceeded its deadline");
		});
	}

	@Test
	void deadlineCancelsTheMethodsFutureWhereTheScopeInterrupts() {
		run((desk) -> {
			Future<String> result = desk.interruptible(this.task);
			this.time.advance(BUDGET);

			assertThat(this.task).isCancelled();
			assertThat(failureOf(result)).isInstanceOf(DeadlineExceededException.class);
		});
	}

	@Test
	void valueThatWasThereAtTheDeadlineIsKeptThoughNobodyHadAsked() {
		run((desk) -> {
			Future<String> kept = desk.best(this.task);
			this.task.run();
			this.time.advance(BUDGET);

			assertThat(get(kept)).isEqualTo("best");
			assertThat(this.discarded).isEmpty();
			assertThat(this.open).hasValue(0);
		});
	}

	@Test
	void checkOnExitThrowsAwayAValueThatIsSeenAfterTheDeadline() {
		run((desk) -> {
			Future<String> late = desk.checked(this.task);
			this.task.run();
			this.time.advance(BUDGET);

			assertThat(failureOf(late)).isInstanceOf(DeadlineExceededException.class);
			assertThat(this.discarded).containsExactly("best");
		});
	}

	@Test
	void cancellingAScopeAroundFailsTheResult() {
		run((desk) -> scopes().run(ScopeOptions.named("request"), (request) -> {
			Future<String> result = desk.best(this.task);
			request.cancel("sold out");

			assertThat(failureOf(result)).isInstanceOf(ScopeCancelledException.class).hasMessageContaining("sold out");
		}));
	}

	@Test
	void waitEndsWithTheScopeThoughTheFutureGoesOn() {
		StubbornFuture stubborn = new StubbornFuture();
		run((desk) -> {
			Future<String> result = desk.best(stubborn);
			CompletableFuture<Throwable> failure = onAThread(() -> failureOf(result));
			awaitAsked();
			scope().cancel("sold out");

			assertThat(failure).succeedsWithin(Duration.ofSeconds(30))
				.isInstanceOfSatisfying(ScopeCancelledException.class,
						(ex) -> assertThat(ex).hasMessage("scope 'Desk.best' (800ms) was cancelled: sold out"));
			assertThat(stubborn.cancelled).isFalse();
		});
	}

	@Test
	void lateValueIsHandedToTheHandlerWithoutAnybodyAsking() {
		run((desk) -> {
			Future<String> result = desk.best(this.task);
			this.time.advance(BUDGET);
			assertThat(failureOf(result)).isInstanceOf(DeadlineExceededException.class);

			this.task.run();

			await().untilAsserted(() -> assertThat(this.discarded).containsExactly("best"));
		});
	}

	@Test
	void lateValueIsHandedToTheHandlerOnceWhereSomebodyAsksAgain() {
		StubbornFuture stubborn = new StubbornFuture();
		run((desk) -> {
			Future<String> result = desk.best(stubborn);
			this.time.advance(BUDGET);
			assertThat(failureOf(result)).isInstanceOf(DeadlineExceededException.class);
			stubborn.answer.complete("late");

			assertThat(failureOf(result)).isInstanceOf(DeadlineExceededException.class);
			assertThat(result.isDone()).isTrue();
			await().untilAsserted(() -> assertThat(this.discarded).containsExactly("late"));
		});
	}

	@Test
	void somebodyElsesInterruptEndsTheWaitAndNotTheScope() {
		run((desk) -> {
			Future<String> result = desk.best(this.task);
			Thread.currentThread().interrupt();

			assertThatExceptionOfType(InterruptedException.class).isThrownBy(result::get);
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			assertThat(this.open).hasValue(1);
			this.task.run();
			assertThat(get(result)).isEqualTo("best");
		});
	}

	@Test
	void waitOfAWhileEndsWithoutTheScope() {
		run((desk) -> {
			Future<String> result = desk.best(this.task);

			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> result.get(1, TimeUnit.MILLISECONDS));
			assertThat(this.open).hasValue(1);
			this.task.run();
			assertThat(result).succeedsWithin(BUDGET).isEqualTo("best");
			assertThat(this.open).hasValue(0);
		});
	}

	@Test
	void cancellingTheResultCancelsTheScopeAndTheMethodsFuture() {
		run((desk) -> {
			Future<String> result = desk.best(this.task);

			assertThat(result.cancel(true)).isTrue();
			assertThat(result).isCancelled().isDone();
			assertThat(this.task).isCancelled();
			assertThat(scope().reason()).hasValueSatisfying((reason) -> {
				assertThat(reason.kind()).isEqualTo(Kind.REQUESTED);
				assertThat(reason.message()).isEqualTo("its result was cancelled");
			});
			assertThat(this.open).hasValue(0);
			assertThat(result.cancel(true)).isFalse();
			assertThatExceptionOfType(CancellationException.class).isThrownBy(result::get);
		});
	}

	@Test
	void cancellingTheResultCancelsAScopeWithoutADeadlineToo() {
		run((desk) -> {
			assertThat(desk.unlimited(this.task).cancel(true)).isTrue();

			assertThat(scope().reason().orElseThrow().message()).isEqualTo("its result was cancelled");
			assertThat(this.open).hasValue(0);
		});
	}

	@Test
	void cancellingWithoutAnInterruptInterruptsNobody() {
		run((desk) -> {
			StubbornFuture stubborn = new StubbornFuture();
			assertThat(desk.best(stubborn).cancel(false)).isTrue();
			assertThat(stubborn.cancelled).isTrue();
			assertThat(stubborn.interrupted).isFalse();
		});
	}

	@Test
	void resultThatIsThereIsNotCancelled() {
		run((desk) -> {
			Future<String> result = desk.best(this.task);
			this.task.run();

			assertThat(result.cancel(true)).isFalse();
			assertThat(scope().isCancelled()).isFalse();
			assertThat(get(result)).isEqualTo("best");
		});
	}

	@Test
	void failureOfTheResultCancelsTheScopeAndPassesUnchanged() {
		run((desk) -> {
			IOException failure = new IOException("disk full");
			FutureTask<String> failing = new FutureTask<>(() -> {
				throw failure;
			});
			Future<String> result = desk.best(failing);
			failing.run();

			assertThat(failureOf(result)).isSameAs(failure);
			assertThat(scope().reason().orElseThrow().cause()).isSameAs(failure);
			assertThat(this.open).hasValue(0);
		});
	}

	@Test
	void failureThatIsACancellationOfSomethingElseIsNoCancellationOfTheResult() {
		run((desk) -> {
			CancellationException failure = new CancellationException("of another one");
			FutureTask<String> failing = new FutureTask<>(() -> {
				throw failure;
			});
			Future<String> result = desk.best(failing);
			failing.run();

			assertThat(failureOf(result)).isSameAs(failure);
			assertThat(result.isCancelled()).isFalse();
		});
	}

	@Test
	void fallbackMakesTheResultWhereTheScopeStoppedTheWork() {
		run((desk) -> {
			Future<String> result = desk.orElse(this.task);
			this.time.advance(BUDGET);

			assertThat(get(result)).isEqualTo("cheapest after DEADLINE");
			assertThat(result.isDone()).isTrue();
		});
	}

	@Test
	void fallbacksPlainFutureIsFollowed() {
		FutureTask<String> other = new FutureTask<>(() -> "cheapest");
		run((desk) -> {
			Future<String> result = desk.orElseLater(this.task, other);
			this.time.advance(BUDGET);
			assertThat(result.isDone()).isFalse();

			other.run();

			assertThat(result).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("cheapest");
		});
	}

	@Test
	void futureThatCanTellIsFollowed() {
		run((desk) -> {
			CompletableFuture<String> answer = new CompletableFuture<>();
			Future<String> result = desk.best(answer);
			answer.complete("best");

			assertThat(this.open).hasValue(0);
			assertThat(result).isInstanceOf(CompletableFuture.class);
		});
	}

	@Test
	@CarryingRow(way = "`FutureTask` and the like from a `@CancelScoped` method", carried = "as its producer is",
			by = "that scope ends on return and lets the work go: declare `Future`, or return a `CompletableFuture`")
	void scopeEndsOnReturnWhereTheDeclaredTypeIsAnotherOne() {
		run((desk) -> {
			assertThat(desk.declared(this.task)).isSameAs(this.task);
			assertThat(this.open).hasValue(0);
		});
	}

	@Test
	void futuresThatNobodyCanAskAreForgottenByAParentThatLives() {
		run((desk) -> {
			try (OpenScope parent = scopes().open(ScopeOptions.named("year"))) {
				List<WeakReference<CancelScope>> scopes = new ArrayList<>();
				for (int i = 0; i < MANY; i++) {
					desk.unlimited(new FutureTask<>(() -> "never"));
					scopes.add(new WeakReference<>(scope()));
				}
				this.last = null;

				awaitOpen(1);
				awaitCollected(scopes);
				assertThat(parent.isCancelled()).isFalse();
			}
		});
	}

	@Test
	void futuresThatNobodyCanAskAreForgottenAfterADeadlineAboveIsGone() {
		run((desk) -> {
			try (OpenScope year = scopes().open(ScopeOptions.named("year"))) {
				List<WeakReference<CancelScope>> scopes = new ArrayList<>();
				scopes().run(ScopeOptions.timeout(BUDGET), (request) -> {
					desk.unlimited(new FutureTask<>(() -> "never"));
					scopes.add(new WeakReference<>(scope()));
					this.last = null;
					awaitCollected(List.of(new WeakReference<>(new Object())));
				});

				awaitOpen(1);
				awaitCollected(scopes);
				assertThat(year.isCancelled()).isFalse();
			}
		});
	}

	@Test
	void deadlineCountsForWorkThatNobodyCanAskFor() {
		run((desk) -> {
			desk.best(this.task);
			awaitCollected(List.of(new WeakReference<>(new Object())));
			assertThat(this.open).hasValue(1);
			this.time.advance(BUDGET);

			assertThat(scope().isCancelled()).isTrue();
			assertThat(this.open).hasValue(0);
		});
	}

	@Test
	void scopeOfWorkThatIsDoneEndsWithoutItsDeadlineWhereNobodyCanAsk() {
		run((desk) -> {
			desk.best(this.task);
			this.task.run();

			awaitOpen(0);
			assertThat(scope().isCancelled()).isFalse();
		});
	}

	private void awaitOpen(int number) {
		await().atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return this.open.get() == number;
		});
	}

	private static void awaitCollected(List<? extends WeakReference<?>> references) {
		await().atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return references.stream().allMatch((reference) -> reference.get() == null);
		});
	}

	private static <T> CompletableFuture<T> onAThread(Supplier<T> work) {
		CompletableFuture<T> result = new CompletableFuture<>();
		new Thread(() -> result.completeAsync(work, Runnable::run)).start();
		return result;
	}

	private void awaitAsked() {
		try {
			assertThat(this.asked.await(30, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String get(Future<String> future) {
		try {
			return future.get();
		}
		catch (InterruptedException | ExecutionException ex) {
			throw new AssertionError(ex);
		}
	}

	private static Throwable failureOf(Future<?> future) {
		Throwable thrown = catchThrowable(future::get);
		assertThat(thrown).isInstanceOf(ExecutionException.class);
		return thrown.getCause();
	}

	private CancelScopes scopes() {
		assertThat(this.current).isNotNull();
		return this.current;
	}

	private CancelScope scope() {
		assertThat(this.last).isNotNull();
		return this.last;
	}

	private void run(Consumer<Desk> test) {
		this.runner.withBean(Desk.class, () -> new Desk()).run((context) -> {
			this.current = context.getBean(CancelScopes.class);
			test.accept(context.getBean(Desk.class));
		});
	}

	class Desk {

		@CancelScoped("800ms")
		Future<String> best(Future<String> future) {
			return answer(future);
		}

		@CancelScoped(timeout = "800ms", interrupt = true)
		Future<String> interruptible(Future<String> future) {
			return answer(future);
		}

		@CancelScoped
		Future<String> unlimited(Future<String> future) {
			return answer(future);
		}

		@CancelScoped(timeout = "800ms", checkOnExit = true)
		Future<String> checked(Future<String> future) {
			return answer(future);
		}

		@CancelScoped("800ms")
		FutureTask<String> declared(FutureTask<String> future) {
			answer(future);
			return future;
		}

		@CancelScoped(timeout = "800ms", fallback = "cheapest")
		Future<String> orElse(Future<String> future) {
			return answer(future);
		}

		Future<String> cheapest(Future<String> future, CancelReason reason) {
			return CompletableFuture.completedFuture("cheapest after " + reason.kind());
		}

		@CancelScoped(timeout = "800ms", fallback = "later")
		Future<String> orElseLater(Future<String> future, Future<String> other) {
			return answer(future);
		}

		Future<String> later(Future<String> future, Future<String> other) {
			return other;
		}

		private Future<String> answer(Future<String> future) {
			PlainFutureTests.this.last = CancelScope.current();
			return future;
		}

	}

	/** Goes on when it is cancelled. */
	private final class StubbornFuture implements Future<String> {

		private final CompletableFuture<String> answer = new CompletableFuture<>();

		private volatile boolean cancelled;

		private volatile boolean interrupted;

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			this.cancelled = true;
			this.interrupted = mayInterruptIfRunning;
			return false;
		}

		@Override
		public boolean isCancelled() {
			return false;
		}

		@Override
		public boolean isDone() {
			return this.answer.isDone();
		}

		@Override
		public String get() throws InterruptedException, ExecutionException {
			PlainFutureTests.this.asked.countDown();
			return this.answer.get();
		}

		@Override
		public String get(long timeout, TimeUnit unit)
				throws InterruptedException, ExecutionException, TimeoutException {
			return this.answer.get(timeout, unit);
		}

	}

}
