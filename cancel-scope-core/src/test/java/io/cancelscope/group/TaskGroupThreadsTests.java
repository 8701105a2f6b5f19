package io.cancelscope.group;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.VirtualThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The threads of a group that was opened without an executor.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class TaskGroupThreadsTests {

	private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

	private final CancelScopes scopes = CancelScopes.create();

	@Test
	void tasksRunAtTheSameTimeAndInTheirScopes() throws Exception {
		CountDownLatch meeting = new CountDownLatch(10);
		List<Future<String>> tasks = new ArrayList<>();
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"))) {
			for (int i = 0; i < 10; i++) {
				tasks.add(group.fork(() -> {
					meeting.countDown();
					assertThat(meeting.await(20, TimeUnit.SECONDS)).isTrue();
					return CancelScope.current().name();
				}));
			}
			group.join();
		}

		for (Future<String> task : tasks) {
			assertThat(task.get()).isEqualTo("trip task");
		}
	}

	@Test
	void threadsAreDaemonsWithANameAndTheClassLoaderOfTheForkingThread() throws Exception {
		Thread here = Thread.currentThread();
		ClassLoader before = here.getContextClassLoader();
		INHERITED.set("inherited");
		try (URLClassLoader loader = new URLClassLoader(new URL[0], before);
				TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.none())) {
			here.setContextClassLoader(loader);
			Future<ClassLoader> seen = group.fork(() -> Thread.currentThread().getContextClassLoader());
			Future<String> local = group.fork(INHERITED::get);
			Future<Thread> thread = group.fork(Thread::currentThread);
			group.join();

			assertThat(seen.get()).isSameAs(loader);
			assertThat(local.get()).isNull();
			assertThat(thread.get().getName()).startsWith("cancel-scope-task-");
			assertThat(thread.get().isDaemon()).isTrue();
		}
		finally {
			here.setContextClassLoader(before);
			INHERITED.remove();
		}
	}

	@Test
	void groupsInsideTasksFindThreads() throws Exception {
		int width = 300;
		AtomicInteger ran = new AtomicInteger();
		try (TaskGroup outer = TaskGroup.open(this.scopes, ScopeOptions.none())) {
			for (int i = 0; i < width; i++) {
				outer.fork(() -> {
					try (TaskGroup inner = TaskGroup.open(this.scopes, ScopeOptions.none())) {
						inner.fork(ran::incrementAndGet);
						inner.join();
					}
					return null;
				});
			}
			outer.join();
		}

		assertThat(ran).hasValue(width);
	}

	@Test
	void deadlineOfTheGroupInterruptsItsThreads() throws Exception {
		ManualTime time = new ManualTime();
		CountDownLatch blocked = new CountDownLatch(3);
		try (TaskGroup group = TaskGroup.open(time.scopes(), ScopeOptions.timeout(Duration.ofSeconds(1)).interrupt())) {
			for (int i = 0; i < 3; i++) {
				group.fork(() -> {
					blocked.countDown();
					new CountDownLatch(1).await();
					return null;
				});
			}
			assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();

			time.advance(Duration.ofSeconds(1));

			assertThat(group.joinUntilDeadline()).isFalse();
		}
	}

	@Test
	void eachTaskHasAVirtualThreadWhereThereAreAny() throws Exception {
		assumeTrue(VirtualThreads.areThere(), "needs JDK 21 or later");

		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.none())) {
			Future<Thread> thread = group.fork(Thread::currentThread);
			group.join();

			assertThat(Thread.class.getMethod("isVirtual").invoke(thread.get())).isEqualTo(true);
		}
	}

	@Test
	void platformThreadsOfAGroupAreBounded() throws Exception {
		assumeFalse(VirtualThreads.areThere(), "virtual threads need no bound");

		int most = OwnThreads.MOST;
		Set<Thread> threads = ConcurrentHashMap.newKeySet();
		CountDownLatch busy = new CountDownLatch(most);
		CountDownLatch release = new CountDownLatch(1);
		List<Future<?>> tasks = new ArrayList<>();
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.none())) {
			for (int i = 0; i < most + 50; i++) {
				tasks.add(group.fork(() -> {
					threads.add(Thread.currentThread());
					busy.countDown();
					return release.await(20, TimeUnit.SECONDS);
				}));
			}
			assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();
			assertThat(tasks).noneMatch(Future::isDone);
			release.countDown();
			group.join();
		}

		assertThat(tasks).allMatch(Future::isDone);
		assertThat(threads).hasSize(most);
		assertEnd(threads);
	}

	@Test
	void platformThreadsEndAfterASecondWithoutWork() throws Exception {
		assumeFalse(VirtualThreads.areThere(), "virtual threads end with their task");

		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.none())) {
			Thread idle = group.fork(Thread::currentThread).get();

			assertEnd(Set.of(idle));
			assertThat(idle.getContextClassLoader()).isNull();
			assertThat(group.fork(() -> "again").get()).isEqualTo("again");
		}
	}

	@Test
	void platformThreadsOfAGroupAreDaemonsAndTakeNoTaskWhenItHasEnded() throws Exception {
		assumeFalse(VirtualThreads.areThere(), "virtual threads are daemons, and end with their task");

		OwnThreads threads = new OwnThreads();
		CompletableFuture<Thread> used = new CompletableFuture<>();
		Thread forking = new Thread(() -> threads.execute(() -> used.complete(Thread.currentThread())));
		forking.setDaemon(false);
		forking.start();
		forking.join();

		threads.end();

		assertThat(used.get(20, TimeUnit.SECONDS).isDaemon()).isTrue();
		assertEnd(Set.of(used.join()));
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> threads.execute(() -> {
		}));
	}

	@Test
	void queuedTasksOfACancelledGroupAreNotStarted() throws Exception {
		assumeFalse(VirtualThreads.areThere(), "virtual threads have no queue");

		CountDownLatch busy = new CountDownLatch(OwnThreads.MOST);
		CountDownLatch cancelled = new CountDownLatch(1);
		AtomicInteger started = new AtomicInteger();
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.none())) {
			group.scope().onCancel((reason) -> cancelled.countDown());
			for (int i = 0; i < OwnThreads.MOST; i++) {
				group.fork(() -> {
					busy.countDown();
					return cancelled.await(20, TimeUnit.SECONDS);
				});
			}
			assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();
			Future<?> queued = group.fork(started::incrementAndGet);
			group.scope().cancel("over");

			assertThatExceptionOfType(io.cancelscope.ScopeCancelledException.class).isThrownBy(group::join);
			assertThat(queued.isCancelled()).isTrue();
		}
		assertThat(started).hasValue(0);
	}

	private static void assertEnd(Set<Thread> threads) throws InterruptedException {
		for (Thread thread : threads) {
			thread.join(20_000);
			assertThat(thread.isAlive()).isFalse();
		}
	}

}
