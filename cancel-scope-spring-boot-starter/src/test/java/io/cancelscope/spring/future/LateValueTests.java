package io.cancelscope.spring.future;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.LateResultHandler;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What comes too late, and what comes after the stops.
 */
@Timeout(120)
class LateValueTests {

	private static final Duration BUDGET = Duration.ofMillis(800);

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final int CALLS = 5;

	private final ManualTime time = new ManualTime();

	private final ExecutorService pool = Executors.newFixedThreadPool(CALLS);

	private final CountDownLatch goOn = new CountDownLatch(1);

	private final List<Object> discarded = new CopyOnWriteArrayList<>();

	private final List<String> trail = new CopyOnWriteArrayList<>();

	private @Nullable Error failure;

	private @Nullable CancelScopes scopes;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeFutureAutoConfiguration.class))
		.withBean(TimeSource.class, () -> this.time)
		.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.callbackExecutor(Runnable::run))
		.withBean(LateResultHandler.class, () -> (value, scope) -> handle(value));

	private void handle(Object value) {
		this.discarded.add(value);
		if (this.failure != null) {
			throw this.failure;
		}
	}

	@AfterEach
	void shutDown() {
		this.goOn.countDown();
		this.pool.shutdownNow();
	}

	@ParameterizedTest
	@EnumSource
	void everyLateValueReachesTheHandler(Producer producer) {
		run((desk) -> {
			for (int i = 0; i < CALLS; i++) {
				desk.produced(producer);
			}
			this.time.advance(BUDGET);
			assertThat(this.discarded).isEmpty();

			this.goOn.countDown();

			await().atMost(SOON).untilAsserted(() -> assertThat(this.discarded).hasSize(CALLS).containsOnly("late"));
		});
	}

	@Test
	void handlerThatThrowsAnErrorLeavesNobodyWaiting() {
		this.failure = new NoClassDefFoundError("com/acme/Connection");
		run((desk) -> {
			CompletableFuture<String> result = desk.checked(this.time);

			assertThat(result).failsWithin(SOON)
				.withThrowableThat()
				.withCauseInstanceOf(DeadlineExceededException.class);
			assertThat(this.discarded).containsExactly("late");
		});
	}

	@Test
	void whatTheCallerDoesWithTheResultComesAfterAllStops() {
		run((desk) -> {
			CompletableFuture<String> result = desk.stoppable();
			result.whenComplete((value, error) -> this.trail.add("continued"));

			this.time.advance(BUDGET);

			assertThat(this.trail).containsExactly("stopped", "continued");
		});
	}

	@Test
	void whatTheCallerDoesWithTheResultComesAfterAllStopsThoughAStopEndsTheStage() {
		run((desk) -> {
			CompletableFuture<String> result = desk.endedByAStop();
			result.whenComplete((value, error) -> this.trail.add("continued"));

			this.time.advance(BUDGET);

			assertThat(this.trail).containsExactly("stopped", "continued");
			assertThat(result).failsWithin(SOON)
				.withThrowableThat()
				.withCauseInstanceOf(DeadlineExceededException.class);
		});
	}

	@Test
	void whatTheCallerDoesWithAResultThatItCancelsComesAfterAllStops() {
		run((desk) -> {
			CompletableFuture<String> result = desk.stoppable();
			result.whenComplete((value, error) -> this.trail.add("continued"));

			result.cancel(true);

			assertThat(this.trail).containsExactly("stopped", "continued");
		});
	}

	@Test
	void fallbackComesAfterAllStops() {
		run((desk) -> {
			CompletableFuture<String> result = desk.orElse();

			this.time.advance(BUDGET);

			assertThat(result).isCompletedWithValue("cheapest after DEADLINE");
			assertThat(this.trail).containsExactly("stopped", "fell back");
		});
	}

	@Test
	void fallbackWhoseFutureCannotBeFollowedStopsTheStart() {
		this.runner.withBean(Unfollowed.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("Bean '", "Unfollowed")
				.hasMessageContaining("Unfollowed#find has fallback = \"cached\", which returns FutureTask,"
						+ " whose completion cannot be observed"));
	}

	private void run(Consumer<Desk> test) {
		this.runner.withBean(Desk.class, () -> new Desk()).run((context) -> {
			this.scopes = context.getBean(CancelScopes.class);
			test.accept(context.getBean(Desk.class));
		});
	}

	private String late() {
		boolean interrupted = false;
		while (this.goOn.getCount() > 0) {
			try {
				this.goOn.await();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		return "late";
	}

	/** Opens a scope further in, with something that is stopped. */
	private void begin() {
		assertThat(this.scopes).isNotNull();
		this.scopes.openUnbound(ScopeOptions.named("query")).onCancel((reason) -> this.trail.add("stopped"));
	}

	/** The ways in which a value comes. */
	enum Producer {

		SUPPLY_ASYNC {

			@Override
			Future<String> begin(LateValueTests test) {
				return CompletableFuture.supplyAsync(test::late, test.pool);
			}

		},

		THEN_APPLY_ASYNC {

			@Override
			Future<String> begin(LateValueTests test) {
				return CompletableFuture.completedFuture("").thenApplyAsync((empty) -> test.late(), test.pool);
			}

		},

		COMPLETE {

			@Override
			Future<String> begin(LateValueTests test) {
				CompletableFuture<String> answer = new CompletableFuture<>();
				test.pool.execute(() -> answer.complete(test.late()));
				return answer;
			}

		},

		PLAIN_FUTURE {

			@Override
			Future<String> begin(LateValueTests test) {
				return test.pool.submit(test::late);
			}

		};

		abstract Future<String> begin(LateValueTests test);

	}

	class Desk {

		@CancelScoped("800ms")
		Future<String> produced(Producer producer) {
			return producer.begin(LateValueTests.this);
		}

		@CancelScoped(timeout = "800ms", checkOnExit = true)
		CompletableFuture<String> checked(ManualTime time) {
			time.advance(BUDGET);
			return CompletableFuture.completedFuture("late");
		}

		@CancelScoped("800ms")
		CompletableFuture<String> stoppable() {
			begin();
			return new CompletableFuture<>();
		}

		@CancelScoped("800ms")
		CompletableFuture<String> endedByAStop() {
			CompletableFuture<String> answer = new CompletableFuture<>();
			CancelScope.current()
				.onCancel((reason) -> answer.completeExceptionally(new IllegalStateException("closed")));
			begin();
			return answer;
		}

		@CancelScoped(timeout = "800ms", fallback = "cheapest")
		CompletableFuture<String> orElse() {
			begin();
			return new CompletableFuture<>();
		}

		CompletableFuture<String> cheapest(CancelReason reason) {
			LateValueTests.this.trail.add("fell back");
			return CompletableFuture.completedFuture("cheapest after " + reason.kind());
		}

	}

	static class Unfollowed {

		@CancelScoped(timeout = "800ms", fallback = "cached")
		Future<String> find() {
			return new CompletableFuture<>();
		}

		FutureTask<String> cached() {
			return new FutureTask<>(() -> "cached");
		}

	}

}
