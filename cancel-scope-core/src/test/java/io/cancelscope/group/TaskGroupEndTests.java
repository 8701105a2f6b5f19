package io.cancelscope.group;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What a group says and leaves behind when it ends.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class TaskGroupEndTests {

	private final Trail trail = new Trail();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(new ManualTime())
		.listener(new CancelScopeListener() {
			@Override
			public void closed(CancelScope scope) {
				TaskGroupEndTests.this.trail.add("closed " + scope.name());
			}
		})
		.build();

	private final LogTrail log = new LogTrail();

	@AfterEach
	void stopListening() {
		this.log.close();
	}

	private TaskGroup open(Executor executor) {
		return TaskGroup.open(this.scopes, ScopeOptions.named("trip"), executor);
	}

	private static Object fail() {
		throw new IllegalStateException("broken");
	}

	@Test
	void failureThatNobodyAskedForIsLoggedOnce() {
		TaskGroup group = open(Runnable::run);
		group.fork(TaskGroupEndTests::fail);

		group.close();
		group.close();

		assertThat(this.log.lines())
			.containsExactly("WARNING A task of 'trip' failed, and no join() reported it. Call join()"
					+ " before the group is closed: java.lang.IllegalStateException: broken");
	}

	@Test
	void failureThatWasThrownIsNotLogged() {
		TaskGroup group = open(Runnable::run);
		group.fork(TaskGroupEndTests::fail);
		assertThatIllegalStateException().isThrownBy(group::join);

		group.close();

		assertThat(this.log.lines()).isEmpty();
	}

	@Test
	void groupWithoutAFailureLogsNothing() {
		TaskGroup group = open(Runnable::run);
		group.fork(() -> "value");

		group.close();

		assertThat(this.log.lines()).isEmpty();
	}

	@Test
	void scopeOfATaskClosesWithTheTask() throws Exception {
		TaskGroup group = open(Runnable::run);
		group.fork(() -> "value");
		assertThat(this.trail.words()).containsExactly("closed trip task");

		group.join();
		group.close();

		assertThat(this.trail.words()).containsExactly("closed trip task", "closed trip");
	}

	@Test
	void interruptWhileClosingIsKept() throws Exception {
		TaskGroup group = open((task) -> new Thread(task).start());
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch cancelled = new CountDownLatch(1);
		AtomicBoolean ended = new AtomicBoolean();
		group.fork(() -> {
			begun.countDown();
			cancelled.await();
			ended.set(true);
			return null;
		});
		group.scope().onCancel((reason) -> cancelled.countDown());
		begun.await();
		Thread.currentThread().interrupt();

		group.close();

		assertThat(Thread.interrupted()).isTrue();
		assertThat(ended).isTrue();
	}

	@Test
	void interruptWhileJoiningComesWithTheFailure() throws Exception {
		TaskGroup group = open((task) -> new Thread(task).start());
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch cancelled = new CountDownLatch(1);
		group.scope().onCancel((reason) -> cancelled.countDown());
		group.fork(() -> {
			begun.countDown();
			cancelled.await();
			return fail();
		});
		begun.await();
		Thread.currentThread().interrupt();

		Throwable thrown = catchThrowable(group::join);

		assertThat(thrown).isInstanceOf(InterruptedException.class)
			.hasMessageContaining("'trip', which were cancelled");
		assertThat(List.of(thrown.getSuppressed())).singleElement().isInstanceOf(IllegalStateException.class);
		group.close();
	}

	@Test
	void closedGroupIsFreeForOtherThreads() throws Exception {
		TaskGroup group = open(Runnable::run);
		group.fork(TaskGroupEndTests::fail);
		assertThat(catchThrowable(group::join)).isInstanceOf(IllegalStateException.class);
		group.close();

		Trail other = new Trail();
		Thread thread = new Thread(() -> other.add(String.valueOf(catchThrowable(() -> group.fork(() -> "late")))));
		thread.setDaemon(true);
		thread.start();
		thread.join(5000);

		assertThat(other.words()).singleElement().asString().contains("is closed");
	}

	@Test
	void queuedTaskCancelledAloneKeepsNobodyWaiting() throws Exception {
		java.util.Deque<Runnable> queue = new java.util.ArrayDeque<>();
		CancelScopes scopes = CancelScopes.create();
		try (TaskGroup group = TaskGroup.open(scopes, ScopeOptions.none(), queue::add)) {
			java.util.concurrent.Future<String> queued = group.fork(() -> "never");

			assertThat(queued.cancel(true)).isTrue();
			assertThat(queued.cancel(true)).isFalse();
			group.join();

			assertThat(group.scope().isCancelled()).isFalse();
			assertThat(queue).hasSize(1);
		}
	}

}
