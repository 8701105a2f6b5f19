package io.cancelscope;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * R23: which thread calls the callback executor, and who runs the callbacks where that
 * fails or does not begin.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class CallbackExecutorTests {

	/** Late enough for the test's own thread not to find it passed before the timer. */
	private static final Duration SOON = Duration.ofMillis(200);

	private final List<String> callers = new CopyOnWriteArrayList<>();

	private final List<String> runners = new CopyOnWriteArrayList<>();

	private static String here() {
		return Thread.currentThread().getName().replaceAll("-\\d+$", "");
	}

	/** Two callbacks of a deadline on the system's time, which nobody asks for. */
	private void expire(Executor executor) {
		CountDownLatch ran = new CountDownLatch(2);
		OpenScope scope = CancelScopes.builder().callbackExecutor((task) -> {
			this.callers.add(here());
			executor.execute(task);
		}).build().openUnbound(ScopeOptions.none());
		for (int i = 0; i < 2; i++) {
			scope.onCancel((reason) -> {
				this.runners.add(here());
				ran.countDown();
			});
		}
		scope.reschedule(SOON);
		assertThat(Patience.await(ran)).as("the callbacks run").isTrue();
	}

	@Test
	void executorThatRunsThemItselfIsCalledOnAThreadOfTheLibrarys() {
		expire(Runnable::run);

		assertThat(this.callers).containsExactly("cancel-scope-callback");
		assertThat(this.runners).containsExactly("cancel-scope-callback", "cancel-scope-callback");
	}

	@Test
	void threadOfTheExecutorRunsThem() {
		expire((task) -> new Thread(task, "of the executor").start());

		assertThat(this.runners).containsExactly("of the executor", "of the executor");
	}

	@Test
	void libraryRunsWhatTheExecutorRejects() {
		Logger logger = Logger.getLogger(CancelScope.class.getName());
		logger.setLevel(Level.FINE);
		try (LogTrail log = new LogTrail()) {
			expire((task) -> {
				throw new RejectedExecutionException("shut down");
			});

			assertThat(this.runners).hasSize(2);
			await("the failure to be logged").until(() -> !log.lines().isEmpty());
			assertThat(log.lines()).singleElement().asString().startsWith("FINE The callback executor failed.");
		}
		finally {
			logger.setLevel(null);
		}
	}

	@Test
	void libraryRunsWhatTheExecutorForgets() {
		expire((task) -> {
		});

		assertThat(this.runners).hasSize(2).allMatch((name) -> name.equals("cancel-scope-callback"));
	}

	@Test
	void callbacksRunOnceWhereTheExecutorFailsAfterwards() {
		ManualTime time = new ManualTime();
		OpenScope scope = CancelScopes.builder().timeSource(time).callbackExecutor((task) -> {
			task.run();
			throw new IllegalStateException("on purpose");
		}).build().openUnbound(ScopeOptions.timeout(SOON));
		scope.onCancel((reason) -> this.runners.add(here()));

		time.advance(SOON);

		assertThat(this.runners).containsExactly(here());
	}

	@Test
	void executorIsNotCalledWhereThereIsNothingToRun() {
		ManualTime time = new ManualTime();
		OpenScope scope = CancelScopes.builder()
			.timeSource(time)
			.callbackExecutor((task) -> this.callers.add(here()))
			.build()
			.openUnbound(ScopeOptions.timeout(SOON));

		time.advance(SOON);

		assertThat(scope.isCancelled()).isTrue();
		assertThat(this.callers).isEmpty();
	}

	/** Who asks first finds it expired, and hands over what is to be run. */
	@Test
	void executorIsCalledByWhoFindsTheDeadlinePassed() {
		ManualTime time = new ManualTime();
		OpenScope scope = CancelScopes.builder().timeSource(time).callbackExecutor((task) -> {
			this.callers.add(here());
			task.run();
		}).build().openUnbound(ScopeOptions.timeout(SOON));
		scope.onCancel((reason) -> this.runners.add(here()));

		scope.reschedule(Duration.ofSeconds(-1));

		assertThat(this.callers).containsExactly(here());
		assertThat(this.runners).containsExactly(here());
	}

}
