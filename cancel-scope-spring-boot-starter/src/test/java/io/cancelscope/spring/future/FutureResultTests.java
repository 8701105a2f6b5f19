package io.cancelscope.spring.future;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.LateResultHandler;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.task.CancelScopeTaskAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * AS-01 to AS-09 and AS-15: results that outlive the call.
 */
class FutureResultTests {

	private static final Duration BUDGET = Duration.ofMillis(800);

	private static final Duration SOON = Duration.ofSeconds(10);

	private final ManualTime time = new ManualTime();

	private final List<Object> discarded = new ArrayList<>();

	private final Set<CancelScope> closed = ConcurrentHashMap.newKeySet();

	private final CompletableFuture<String> answer = new CompletableFuture<>();

	private final CompletableFuture<String> started = new CompletableFuture<>();

	private final Ticket ticket = new Ticket();

	private Runnable carrier = () -> {
	};

	private @Nullable CancelScope last;

	private @Nullable CancelScopes current;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.callbackExecutor(Runnable::run))
		.withBean(CancelScopeListener.class, () -> new CancelScopeListener() {

			@Override
			public void closed(CancelScope scope) {
				FutureResultTests.this.closed.add(scope);
			}

		})
		.withBean(LateResultHandler.class, () -> (value, scope) -> this.discarded.add(value));

	@AfterEach
	void threadIsBackAtTheRootAndNothingIsScheduled() {
		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void scopeStaysOpenUntilTheResultIsThere() {
		run((desk) -> {
			CompletableFuture<String> result = desk.best();
			assertThat(scope().name()).isEqualTo("TripDesk.best");
			assertThat(CancelScope.current().name()).isEqualTo("root");
			assertThat(isOpen()).isTrue();
			assertThat(result).isNotDone();

			List<Boolean> openWhenSeen = new ArrayList<>();
			result.thenRun(() -> openWhenSeen.add(isOpen()));
			this.answer.complete("best");
			assertThat(result).isCompletedWithValue("best");
			assertThat(openWhenSeen).containsExactly(false);
			assertThat(scope().isCancelled()).isFalse();
		});
	}

	@Test
	void deadlineFailsTheResultAtOnceAndLeavesTheMethodsFutureAlone() {
		run((desk) -> {
			CompletableFuture<String> result = desk.best();
			this.time.advance(BUDGET.minusMillis(1));
			assertThat(result).isNotDone();

			this.time.advance(Duration.ofMillis(1));
			assertThat(result).isCompletedExceptionally().isNotCancelled();
			assertThatExceptionOfType(CompletionException.class).isThrownBy(result::join)
				.havingCause()
				.isInstanceOf(DeadlineExceededException.class)
				.withMessage("scope 'TripDesk.best' (800ms) exceeded its deadline");
			assertThat(this.answer).isNotDone();
			assertThat(isOpen()).isFalse();
		});
	}

	@Test
	void deadlineOfTheScopeAroundCountsToo() {
		run((desk) -> {
			CompletableFuture<String> result = scopes()
				.call(ScopeOptions.named("request").withTimeout(SOON.dividedBy(20)), (request) -> {
					CompletableFuture<String> inside = desk.best();
					this.time.advance(SOON.dividedBy(20));
					return inside;
				});
			assertThat(failureOf(result)).isInstanceOf(DeadlineExceededException.class)
				.hasMessage("scope 'TripDesk.best' (800ms) exceeded its deadline, set by 'request'");
		});
	}

	@Test
	void resultOutlivesAScopeAroundThatEndedInTime() {
		run((desk) -> {
			CompletableFuture<String> result = scopes().call(ScopeOptions.timeout(Duration.ofMillis(1)),
					(request) -> desk.best());
			this.time.advance(Duration.ofMillis(2));
			this.answer.complete("best");
			assertThat(result).isCompletedWithValue("best");
		});
	}

	@Test
	void ownExceptionTypeFailsTheResult() {
		run((desk) -> {
			CompletableFuture<String> result = desk.tooSlow();
			this.time.advance(BUDGET);
			assertThat(failureOf(result)).isInstanceOf(TooSlowException.class)
				.hasCauseInstanceOf(DeadlineExceededException.class);
		});
	}

	@Test
	void cancellingTheScopeFailsTheResultWithTheScopesException() {
		run((desk) -> {
			CompletableFuture<String> result = desk.best();
			scope().cancel("sold out");
			assertThat(result).isCompletedExceptionally().isNotCancelled();
			assertThat(failureOf(result)).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'TripDesk.best' (800ms) was cancelled: sold out");
			assertThat(this.answer).isNotDone();
		});
	}

	@Test
	void cancellingTheResultCancelsTheScopeAndLeavesTheMethodsFutureAlone() {
		run((desk) -> {
			CompletableFuture<String> result = desk.best();
			assertThat(result.cancel(true)).isTrue();
			assertThat(result).isCancelled();
			assertThat(scope().reason()).hasValueSatisfying((reason) -> {
				assertThat(reason.kind()).isEqualTo(CancelReason.Kind.REQUESTED);
				assertThat(reason.message()).isEqualTo("its result was cancelled");
			});
			assertThat(this.answer).isNotDone();
			assertThat(isOpen()).isFalse();
		});
	}

	@Test
	void callerWhoGivesUpOtherwiseCancelsTheScopeToo() {
		run((desk) -> {
			desk.best().completeExceptionally(new TimeoutException("1s"));
			assertThat(scope().reason().orElseThrow().cause()).isInstanceOf(TimeoutException.class);
			assertThat(this.answer).isNotDone();
		});
	}

	@Test
	void failureOfTheResultCancelsTheScopeAndPassesUnchanged() {
		run((desk) -> {
			IOException failure = new IOException("disk full");
			CompletableFuture<String> result = desk.best();
			this.answer.completeExceptionally(failure);
			assertThat(failureOf(result)).isSameAs(failure);
			assertThat(scope().reason()).hasValueSatisfying((reason) -> {
				assertThat(reason.kind()).isEqualTo(CancelReason.Kind.FAILED);
				assertThat(reason.cause()).isSameAs(failure);
			});
			assertThat(isOpen()).isFalse();
		});
	}

	@Test
	void exemptFailureLeavesTheScopeAsItIsAlsoWhereAStageWrapsIt() {
		run((desk) -> {
			NumberFormatException failure = new NumberFormatException();
			CompletionStage<String> result = desk.derived();
			this.answer.completeExceptionally(failure);
			assertThat(failureOf(result.toCompletableFuture())).isSameAs(failure);
			assertThat(scope().isCancelled()).isFalse();
			assertThat(isOpen()).isFalse();
		});
	}

	@Test
	void checkInsideTheWorkFailsTheResultWithTheScopesException() {
		run((desk) -> {
			CompletableFuture<String> result = desk.checks(() -> this.time.advance(BUDGET));
			assertThat(failureOf(result)).isInstanceOf(DeadlineExceededException.class)
				.hasMessage("scope 'TripDesk.checks' (800ms) exceeded its deadline");
		});
	}

	@Test
	void lateValueOfAMinimalStageIsHandedToTheHandler() {
		run((desk) -> {
			CompletionStage<String> result = desk.minimal();
			this.time.advance(BUDGET);
			assertThat(result.toCompletableFuture()).isCompletedExceptionally();
			this.answer.complete("late");
			assertThat(this.discarded).containsExactly("late");
		});
	}

	@Test
	void valueThatIsThereOnReturnIsKeptUnlessCheckedOnExit() {
		run((desk) -> {
			this.answer.complete("late");
			assertThat(desk.late(() -> this.time.advance(BUDGET))).isCompletedWithValue("late");
			assertThat(isOpen()).isFalse();
			assertThat(this.discarded).isEmpty();
			assertThat(failureOf(desk.lateAndChecked(() -> this.time.advance(BUDGET))))
				.isInstanceOf(DeadlineExceededException.class);
			assertThat(this.discarded).containsExactly("late");
		});
	}

	@Test
	void incompleteResultThatIsReturnedTooLateFailsAtOnce() {
		run((desk) -> {
			assertThat(failureOf(desk.late(() -> this.time.advance(BUDGET))))
				.isInstanceOf(DeadlineExceededException.class);
			assertThat(this.answer).isNotDone();
		});
	}

	@Test
	void scopeEndsWithTheCallWhereThereIsNoResult() {
		run((desk) -> {
			assertThat(desk.nothing()).isNull();
			assertThat(isOpen()).isFalse();
			assertThat(scope().isCancelled()).isFalse();
		});
	}

	@Test
	void methodThatThrowsDoesWhatItDoesWithoutAFuture() {
		run((desk) -> {
			assertThatExceptionOfType(IOException.class).isThrownBy(desk::throwsAtOnce);
			assertThat(scope().reason().orElseThrow().kind()).isEqualTo(CancelReason.Kind.FAILED);
			assertThat(isOpen()).isFalse();
		});
	}

	@Test
	void methodThatRequiresMoreThanIsLeftDoesNotRun() {
		run((desk) -> scopes().run(ScopeOptions.timeout(Duration.ofMillis(100)),
				(request) -> assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(desk::demanding)
					.withMessageContaining("it requires 300ms to start, and only 100ms are left")));
	}

	@Test
	void fallbackMakesTheResultWhereTheScopeStoppedTheWork() {
		run((desk) -> {
			CompletableFuture<String> result = desk.orElse();
			this.time.advance(BUDGET);
			assertThat(result).isCompletedWithValue("cheapest after DEADLINE in root");
		});
	}

	@Test
	void fallbackDoesNotRunWhereAScopeAroundWasCancelled() {
		run((desk) -> scopes().run(ScopeOptions.named("request"), (request) -> {
			CompletableFuture<String> result = desk.orElse();
			request.cancel("client went away");
			assertThat(failureOf(result)).isInstanceOf(ScopeCancelledException.class);
		}));
	}

	@Test
	void futureOfATypeThatWeCantMakeIsReturnedAsItIs() {
		run((desk) -> {
			Ticket ticket = desk.ticket();
			assertThat(ticket).isSameAs(this.ticket);
			assertThat(isOpen()).isTrue();
			this.time.advance(BUDGET);
			assertThat(failureOf(ticket)).isInstanceOf(DeadlineExceededException.class);
			assertThat(isOpen()).isFalse();
		});
	}

	@Test
	void futureOfATypeThatWeCantMakeEndsTheScope() {
		run((desk) -> {
			desk.ticket().complete("A1");
			assertThat(isOpen()).isFalse();
			assertThat(scope().isCancelled()).isFalse();
		});
	}

	@Test
	void workBehindAFutureOfAnotherTypeIsLetGoByAMethodThatReturnsInTime() {
		run((desk) -> scopes().run(ScopeOptions.timeout(BUDGET.multipliedBy(2)), (around) -> {
			FutureTask<Boolean> first = desk.carried(() -> {
			});
			this.time.advance(BUDGET);
			this.carrier.run();
			assertThat(first).succeedsWithin(SOON).isEqualTo(false);
			FutureTask<Boolean> second = desk.carried(() -> {
			});
			this.time.advance(BUDGET);
			this.carrier.run();
			// The scope around is open still, and reaches it.
			assertThat(second).succeedsWithin(SOON).isEqualTo(true);
		}));
	}

	@Test
	void workBehindAFutureOfAnotherTypeStaysCancelledAfterAMethodThatRanOutOfTime() {
		run((desk) -> {
			FutureTask<Boolean> cancelled = desk.carried(() -> this.time.advance(BUDGET));
			this.carrier.run();
			assertThat(cancelled).succeedsWithin(SOON).isEqualTo(true);
		});
	}

	@Test
	void asyncMethodsResultIsBounded() {
		this.runner
			.withConfiguration(
					AutoConfigurations.of(CancelScopeTaskAutoConfiguration.class, TaskExecutionAutoConfiguration.class))
			.withUserConfiguration(AsyncConfiguration.class)
			.withBean(Worker.class, () -> new Worker())
			.run((context) -> {
				Worker worker = context.getBean(Worker.class);
				CompletableFuture<String> result = worker.best();
				assertThat(this.started).succeedsWithin(SOON).isEqualTo("Worker.best");
				this.answer.complete("best");
				assertThat(result).succeedsWithin(SOON).isEqualTo("best");

				CompletableFuture<String> stopped = worker.stopped();
				assertThat(stopped).failsWithin(SOON)
					.withThrowableThat()
					.havingCause()
					.isInstanceOf(ScopeCancelledException.class)
					.withMessage("scope 'Worker.stopped' was cancelled: sold out");
			});
	}

	@Test
	void lateResultsNeedNoHandler() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
					CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class))
			.withBean(TimeSource.class, () -> this.time)
			.withBean(TripDesk.class, () -> new TripDesk())
			.run((context) -> {
				TripDesk desk = context.getBean(TripDesk.class);
				CompletionStage<String> result = desk.minimal();
				scope().cancel();
				assertThat(this.answer.complete("late")).isTrue();
				assertThat(failureOf(result.toCompletableFuture())).isInstanceOf(ScopeCancelledException.class);
			});
	}

	private CancelScopes scopes() {
		assertThat(this.current).isNotNull();
		return this.current;
	}

	private CancelScope scope() {
		assertThat(this.last).isNotNull();
		return this.last;
	}

	private boolean isOpen() {
		return !this.closed.contains(scope());
	}

	private void run(Consumer<TripDesk> test) {
		this.runner.withBean(TripDesk.class, () -> new TripDesk()).run((context) -> {
			this.current = context.getBean(CancelScopes.class);
			test.accept(context.getBean(TripDesk.class));
		});
	}

	private static Throwable failureOf(CompletableFuture<?> future) {
		assertThat(future).isCompletedExceptionally();
		return catchThrowable(future::get).getCause();
	}

	class TripDesk {

		@CancelScoped("800ms")
		CompletableFuture<String> best() {
			return answer();
		}

		@CancelScoped(timeout = "800ms", exception = TooSlowException.class)
		CompletableFuture<String> tooSlow() {
			return answer();
		}

		@CancelScoped(timeout = "800ms", noCancelFor = NumberFormatException.class)
		CompletionStage<String> derived() {
			return answer().thenApply(String::trim);
		}

		@CancelScoped("800ms")
		CompletableFuture<String> checks(Runnable before) {
			return CompletableFuture.supplyAsync(CancelScope.current().wrapSupplier(() -> {
				before.run();
				CancelScope.current().check();
				return "best";
			}), Runnable::run);
		}

		@CancelScoped("800ms")
		CompletionStage<String> minimal() {
			return answer().minimalCompletionStage();
		}

		@CancelScoped("800ms")
		CompletableFuture<String> late(Runnable work) {
			work.run();
			return answer();
		}

		@CancelScoped(timeout = "800ms", checkOnExit = true)
		CompletableFuture<String> lateAndChecked(Runnable work) {
			work.run();
			return answer();
		}

		@CancelScoped("800ms")
		@Nullable CompletableFuture<String> nothing() {
			answer();
			return null;
		}

		@CancelScoped("800ms")
		CompletableFuture<String> throwsAtOnce() throws IOException {
			answer();
			throw new IOException("disk full");
		}

		@CancelScoped(requires = "300ms")
		CompletableFuture<String> demanding() {
			throw new IllegalStateException("not to be called");
		}

		@CancelScoped(timeout = "800ms", fallback = "cheapest")
		CompletableFuture<String> orElse() {
			return answer();
		}

		CompletableFuture<String> cheapest(CancelReason reason) {
			return CompletableFuture
				.completedFuture("cheapest after " + reason.kind() + " in " + CancelScope.current().name());
		}

		@CancelScoped("800ms")
		Ticket ticket() {
			answer();
			return FutureResultTests.this.ticket;
		}

		@CancelScoped("800ms")
		FutureTask<Boolean> carried(Runnable work) {
			answer();
			FutureTask<Boolean> task = new FutureTask<>(() -> CancelScope.current().isCancelled());
			FutureResultTests.this.carrier = CancelScope.current().wrap((Runnable) task);
			work.run();
			return task;
		}

		private CompletableFuture<String> answer() {
			FutureResultTests.this.last = CancelScope.current();
			return FutureResultTests.this.answer;
		}

	}

	static class Ticket extends CompletableFuture<String> {

	}

	static class TooSlowException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		TooSlowException(String message) {
			super(message);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class AsyncConfiguration {

	}

	class Worker {

		@Async
		@CancelScoped("2s")
		CompletableFuture<String> best() {
			FutureResultTests.this.started.complete(CancelScope.current().name());
			return FutureResultTests.this.answer;
		}

		@Async
		@CancelScoped
		CompletableFuture<String> stopped() {
			CancelScope scope = CancelScope.current();
			CompletableFuture<String> never = new CompletableFuture<>();
			CompletableFuture.runAsync(() -> scope.cancel("sold out"));
			return never;
		}

	}

}
