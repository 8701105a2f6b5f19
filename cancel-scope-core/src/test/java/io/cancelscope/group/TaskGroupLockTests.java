package io.cancelscope.group;

import java.util.concurrent.Executors;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Whatever a thread has just done with a group, the next one can use it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class TaskGroupLockTests {

	private final ExecutorService other = Executors.newSingleThreadExecutor((task) -> {
		Thread thread = new Thread(task);
		thread.setDaemon(true);
		return thread;
	});

	private final TaskGroup group = TaskGroup.open(CancelScopes.create(), ScopeOptions.named("trip"), Runnable::run);

	private final LogTrail quiet = new LogTrail();

	@AfterEach
	void end() {
		this.group.close();
		this.quiet.close();
		this.other.shutdownNow();
	}

	@Test
	void afterATaskThatEnded() {
		this.group.fork(() -> "value");

		assertOtherThreadForks();
	}

	@Test
	void afterTasksThatFailed() {
		this.group.fork(TaskGroupLockTests::fail);
		assertOtherThreadForks();
		this.group.fork(TaskGroupLockTests::fail);

		assertOtherThreadForks();
	}

	@Test
	void afterAJoin() throws InterruptedException {
		this.group.join();

		assertOtherThreadForks();
	}

	@Test
	void afterAJoinThatThrows() {
		this.group.fork(TaskGroupLockTests::fail);
		assertThat(catchThrowable(this.group::join)).hasMessage("broken");

		assertOtherThreadForks();
	}

	@Test
	void afterACancellation() {
		this.group.scope().cancel("over");

		assertOtherThreadForks();
	}

	@Test
	void afterTheEnd() {
		this.group.fork(TaskGroupLockTests::fail);
		this.group.close();

		assertThatCode(() -> onOtherThread(() -> catchThrowable(() -> this.group.fork(() -> "late"))))
			.doesNotThrowAnyException();
		assertThatCode(() -> onOtherThread(this.group::close)).doesNotThrowAnyException();
	}

	private void assertOtherThreadForks() {
		assertThatCode(() -> onOtherThread(() -> this.group.fork(() -> "value"))).doesNotThrowAnyException();
	}

	private void onOtherThread(Runnable use) throws Exception {
		this.other.submit(use).get(10, TimeUnit.SECONDS);
	}

	private static Object fail() {
		throw new IllegalStateException("broken");
	}

}
