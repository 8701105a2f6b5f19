package io.cancelscope.group;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * TG-01 to TG-10: tasks that belong together.
 */
@Timeout(30)
class TaskGroupTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.build();

	private final ExecutorService executor = Executors.newFixedThreadPool(4);

	@AfterEach
	void everythingHasEnded() throws InterruptedException {
		this.executor.shutdown();
		assertThat(this.executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
		assertThat(this.time.pending()).isZero();
		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(Thread.interrupted()).isFalse();
	}

	private TaskGroup open(ScopeOptions options) {
		return TaskGroup.open(this.scopes, options, this.executor);
	}

	private static void block() throws InterruptedException {
		new CountDownLatch(1).await();
	}

	@Test
	void joinWaitsForAllTasksAndFuturesHaveTheirValues() throws Exception {
		try (TaskGroup group = open(ScopeOptions.named("trip"))) {
			Future<String> fare = group.fork(() -> "fare");
			Future<String> seat = group.fork(() -> CancelScope.current().name());
			group.join();

			assertThat(fare.isDone()).isTrue();
			assertThat(seat.get()).isEqualTo("trip task");
			assertThat(CancelScope.current()).isSameAs(group.scope());
		}
	}

	@Test
	void firstFailureStopsTheOthersAndIsThrownWithTheirsSuppressed() {
		IllegalStateException first = new IllegalStateException("first");
		CountDownLatch waiting = new CountDownLatch(2);
		try (TaskGroup group = open(ScopeOptions.none().interrupt())) {
			group.fork(() -> {
				waiting.countDown();
				block();
				return null;
			});
			group.fork(() -> {
				try {
					waiting.countDown();
					block();
				}
				catch (InterruptedException ex) {
					throw new IOException("second, while cleaning up");
				}
				return null;
			});
			group.fork(() -> {
				waiting.await();
				throw first;
			});

			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(group::join).isSameAs(first);
			assertThat(first.getSuppressed()).singleElement().isInstanceOf(IOException.class);
		}
	}

	@Test
	void checkedFailureIsTheCauseOfACompletionException() {
		try (TaskGroup group = open(ScopeOptions.named("trip"))) {
			group.fork(() -> {
				throw new IOException("disk");
			});

			assertThatExceptionOfType(CompletionException.class).isThrownBy(group::join)
				.withMessage("A task of 'trip' failed: disk")
				.withCauseExactlyInstanceOf(IOException.class);
		}
	}

	@Test
	void leavingTheBlockByAnExceptionStopsTheTasksAndWaitsForThem() throws Exception {
		CountDownLatch started = new CountDownLatch(1);
		AtomicBoolean ended = new AtomicBoolean();

		assertThatIllegalStateException().isThrownBy(() -> {
			try (TaskGroup group = open(ScopeOptions.none().interrupt())) {
				group.fork(() -> {
					try {
						started.countDown();
						block();
					}
					finally {
						ended.set(true);
					}
					return null;
				});
				started.await();
				throw new IllegalStateException("the block failed");
			}
		}).withMessage("the block failed");

		assertThat(ended).isTrue();
	}

	@Test
	void deadlineOfTheGroupEndsItWithOneException() throws Exception {
		CountDownLatch started = new CountDownLatch(2);
		try (TaskGroup group = open(ScopeOptions.named("trip").withTimeout(Duration.ofSeconds(1)).interrupt())) {
			for (int i = 0; i < 2; i++) {
				group.fork(() -> {
					started.countDown();
					block();
					return null;
				});
			}
			started.await();
			this.time.advance(Duration.ofSeconds(1));

			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(group::join)
				.withMessage("scope 'trip' (1s) exceeded its deadline")
				.satisfies((ex) -> assertThat(ex.getSuppressed()).isEmpty());
		}
	}

	@Test
	void outerCancellationEndsTheGroup() throws Exception {
		CountDownLatch started = new CountDownLatch(1);
		this.scopes.run(ScopeOptions.named("outer"), (outer) -> {
			try (TaskGroup group = open(ScopeOptions.named("inner").interrupt())) {
				group.fork(() -> {
					started.countDown();
					block();
					return null;
				});
				started.await();
				outer.cancel("all of it");

				assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(group::join)
					.withMessage("scope 'inner' was cancelled, along with 'outer': all of it");
			}
		});
	}

	@Test
	void taskMayCancelItsGroup() {
		try (TaskGroup group = open(ScopeOptions.named("trip"))) {
			group.fork(() -> group.scope().cancel("found it"));

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(group::join)
				.withMessage("scope 'trip' was cancelled: found it");
		}
	}

	@Test
	void oneTaskCanBeCancelledAloneAndIsWaitedFor() throws Exception {
		CountDownLatch started = new CountDownLatch(1);
		AtomicBoolean ended = new AtomicBoolean();
		try (TaskGroup group = open(ScopeOptions.none().interrupt())) {
			Future<?> loser = group.fork(() -> {
				try {
					started.countDown();
					block();
				}
				finally {
					ended.set(true);
				}
				return null;
			});
			Future<String> winner = group.fork(() -> "won");
			started.await();

			assertThat(loser.cancel(true)).isTrue();
			group.join();

			assertThat(ended).isTrue();
			assertThat(loser.isCancelled()).isTrue();
			assertThat(winner.get()).isEqualTo("won");
			assertThat(group.scope().isCancelled()).isFalse();
		}
	}

	@Test
	void taskForkedIntoACancelledGroupIsNotStarted() {
		AtomicBoolean started = new AtomicBoolean();
		try (TaskGroup group = open(ScopeOptions.none())) {
			group.scope().cancel("over");

			Future<?> late = group.fork(() -> {
				started.set(true);
				return null;
			});

			assertThat(late.isCancelled()).isTrue();
			assertThatExceptionOfType(CancellationException.class).isThrownBy(late::get);
		}
		assertThat(started).isFalse();
	}

	@Test
	void queuedTasksOfACancelledGroupNeedNoThread() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		ExecutorService one = Executors.newSingleThreadExecutor();
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.none(), one)) {
			one.execute(() -> {
				try {
					release.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
			Future<?> queued = group.fork(() -> "never");
			group.scope().cancel("over");

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(group::join);
			assertThat(queued.isCancelled()).isTrue();
		}
		finally {
			release.countDown();
			one.shutdown();
		}
	}

	@Test
	void foreignInterruptOfTheOwnerStopsTheTasksAndIsThrownAtTheEnd() throws Exception {
		CountDownLatch started = new CountDownLatch(1);
		AtomicBoolean ended = new AtomicBoolean();
		try (TaskGroup group = open(ScopeOptions.none())) {
			group.fork(() -> {
				CountDownLatch cancelled = new CountDownLatch(1);
				CancelScope.current().onCancel((reason) -> cancelled.countDown());
				started.countDown();
				cancelled.await();
				ended.set(true);
				return null;
			});
			started.await();
			Thread.currentThread().interrupt();

			assertThatExceptionOfType(InterruptedException.class).isThrownBy(group::join);
			assertThat(ended).isTrue();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}
	}

	@Test
	void errorOfATaskComesBeforeAnOuterCancellationWhichStaysPending() {
		this.scopes.run(ScopeOptions.named("outer"), (outer) -> {
			try (TaskGroup group = open(ScopeOptions.named("inner"))) {
				group.fork(() -> {
					outer.cancel("all of it");
					throw new IllegalArgumentException("broken");
				});

				assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(group::join);
			}
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(outer::check);
		});
	}

	@Test
	void rejectedTaskLeavesNothingBehind() throws Exception {
		ExecutorService closed = Executors.newSingleThreadExecutor();
		closed.shutdown();
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.none(), closed)) {
			assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> group.fork(() -> "value"));
			group.join();
		}
	}

	@Test
	void tasksMayForkTasks() throws Exception {
		AtomicReference<Future<String>> inner = new AtomicReference<>();
		try (TaskGroup group = open(ScopeOptions.none())) {
			group.fork(() -> {
				inner.set(group.fork(() -> "inner"));
				return null;
			});
			group.join();

			assertThat(inner.get().get()).isEqualTo("inner");
		}
	}

	@Test
	void closedGroupTakesNoTasks() {
		TaskGroup group = open(ScopeOptions.named("trip"));
		group.close();
		group.close();

		assertThatIllegalStateException().isThrownBy(() -> group.fork(() -> "late"))
			.withMessageContaining("'trip' is closed")
			.withMessageContaining("join()");
	}

	@Test
	void failureInATaskIsThatOfItsFutureToo() throws Exception {
		try (TaskGroup group = open(ScopeOptions.none())) {
			Future<?> failed = group.fork(() -> {
				throw new IllegalStateException("broken");
			});

			assertThatIllegalStateException().isThrownBy(group::join);
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(failed::get)
				.withCauseExactlyInstanceOf(IllegalStateException.class);
		}
	}

	@Test
	void aThousandTasksEndTogether() throws Exception {
		try (TaskGroup group = open(ScopeOptions.timeout(Duration.ofSeconds(1)))) {
			List<Future<Integer>> tasks = java.util.stream.IntStream.range(0, 1000)
				.mapToObj((i) -> group.fork(() -> i))
				.toList();
			group.join();

			for (int i = 0; i < 1000; i++) {
				assertThat(tasks.get(i).get()).isEqualTo(i);
			}
		}
	}

}
