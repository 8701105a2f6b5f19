package io.cancelscope.group;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A group keeps its promises when tasks end in unusual ways.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class TaskGroupFaultTests {

	private final CancelScopes scopes = CancelScopes.create();

	@Test
	void joinReturnsOnlyAfterTheScopesOfTheTasksHaveClosed() throws Exception {
		CountDownLatch closing = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		try (TaskGroup group = TaskGroup.open(watchedBy(closing, release), ScopeOptions.named("trip"),
				TaskGroupFaultTests::start)) {
			group.fork(() -> "value");
			assertThat(closing.await(20, TimeUnit.SECONDS)).isTrue();

			Thread joiner = start(() -> catchThrowable(group::join));
			awaitBlockedOrEnded(joiner);

			assertThat(joiner.isAlive()).as("the joiner still waits").isTrue();
			release.countDown();
			joiner.join(20_000);
			assertThat(joiner.isAlive()).isFalse();
		}
	}

	@Test
	void scopeOfATaskIsClosedWhenJoinReturns() throws Exception {
		for (int i = 0; i < 300; i++) {
			try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.none(), TaskGroupFaultTests::start)) {
				Future<CancelScope> task = group.fork(CancelScope::current);
				group.join();

				assertThat(task.get().details().closed()).isTrue();
			}
		}
	}

	@Test
	void failureWithoutATextCancelsTheGroupAndIsThrown() throws Exception {
		Unprintable unprintable = new Unprintable();
		CountDownLatch waiting = new CountDownLatch(1);
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"), TaskGroupFaultTests::start)) {
			Future<Object> other = group.fork(() -> {
				CountDownLatch cancelled = new CountDownLatch(1);
				CancelScope.current().onCancel((reason) -> cancelled.countDown());
				waiting.countDown();
				cancelled.await();
				return "cancelled";
			});
			waiting.await();
			Future<Object> failed = group.fork(() -> {
				throw unprintable;
			});

			// FutureTask cannot make an ExecutionException of it, but the future ends.
			assertThat(catchThrowable(() -> failed.get(20, TimeUnit.SECONDS))).isNotInstanceOf(TimeoutException.class);
			assertThat(failed.isDone()).isTrue();
			assertThat(catchThrowable(group::join) == unprintable).isTrue();
			assertThat(other.get()).isEqualTo("cancelled");
			assertThat(group.scope().reason().map(CancelReason::message))
				.contains("a task failed with " + Unprintable.class.getName());
		}
	}

	@Test
	void failureWithoutATextDoesNotLeaveTheForkOnTheSameThread() throws Exception {
		Unprintable unprintable = new Unprintable();
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"), Runnable::run)) {
			Future<Object> failed = group.fork(() -> {
				throw unprintable;
			});

			assertThat(failed.isDone()).isTrue();
			assertThat(catchThrowable(group::join) == unprintable).isTrue();
		}
	}

	@Test
	void checkedFailureWithoutATextIsTheCauseOfACompletionException() {
		IOException unprintable = new UnprintableIo();
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"), Runnable::run)) {
			group.fork(() -> {
				throw unprintable;
			});

			Throwable thrown = catchThrowable(group::join);
			assertThat(thrown.getClass()).isEqualTo(CompletionException.class);
			assertThat(thrown.getMessage()).isEqualTo("A task of 'trip' failed: " + UnprintableIo.class.getName());
			assertThat(thrown.getCause() == unprintable).isTrue();
		}
	}

	@Test
	void failureWithoutATextThatNobodyAskedForIsLoggedByItsType() {
		try (LogTrail log = new LogTrail()) {
			TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"), Runnable::run);
			group.fork(() -> {
				throw new Unprintable();
			});

			group.close();

			assertThat(log.lines()).singleElement()
				.asString()
				.startsWith("WARNING A task of 'trip' failed")
				.contains(Unprintable.class.getName());
		}
	}

	@Test
	void failureWhoseCauseCannotBeReadIsAFailure() {
		RuntimeException broken = new RuntimeException("broken") {

			private static final long serialVersionUID = 1L;

			@Override
			public synchronized Throwable getCause() {
				throw new IllegalStateException("no cause to be had");
			}

		};
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"), Runnable::run)) {
			group.fork(() -> {
				throw broken;
			});

			assertThat(catchThrowable(group::join) == broken).isTrue();
		}
	}

	@Test
	void failureOnTopOfWhichTheGroupWasCancelledIsStillAFailure() {
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"), Runnable::run)) {
			group.fork(() -> {
				try (AutoCloseable resource = () -> CancelScope.current().check()) {
					assertThat(resource).isNotNull();
					group.scope().cancel("over");
					throw new IllegalStateException("card declined");
				}
			});

			assertThatIllegalStateException().isThrownBy(group::join).withMessage("card declined");
		}
	}

	@Test
	void cancellationDeepInTheCausesIsNoFailure() {
		AtomicReference<Future<?>> task = new AtomicReference<>();
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"), Runnable::run)) {
			task.set(group.fork(() -> {
				ScopeCancelledException earlier = cancellationOfAnotherScope();
				group.scope().cancel("over");
				earlier.initCause(catchThrowable(CancelScope.current()::check));
				throw new IllegalStateException("wrapped", earlier);
			}));

			Throwable thrown = catchThrowable(group::join);

			assertThat(thrown).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'trip' was cancelled: over")
				.hasNoSuppressedExceptions();
		}
		assertThat(catchThrowable(task.get()::get)).isInstanceOf(ExecutionException.class);
	}

	private ScopeCancelledException cancellationOfAnotherScope() {
		return this.scopes.call(ScopeOptions.named("earlier"), (scope) -> {
			scope.cancel();
			return (ScopeCancelledException) catchThrowable(scope::check);
		});
	}

	private static CancelScopes watchedBy(CountDownLatch closing, CountDownLatch release) {
		return CancelScopes.builder().listener(new CancelScopeListener() {
			@Override
			public void closed(CancelScope scope) {
				if (scope.name().equals("trip task")) {
					closing.countDown();
					try {
						assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}
			}
		}).build();
	}

	private static Thread start(Runnable task) {
		Thread thread = new Thread(task);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private static void awaitBlockedOrEnded(Thread thread) {
		while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TERMINATED) {
			Thread.onSpinWait();
		}
	}

	/** Neither its text nor its message can be had. */
	private static final class Unprintable extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public String getMessage() {
			throw new IllegalStateException("no session");
		}

		@Override
		public String toString() {
			throw new IllegalStateException("no session");
		}

	}

	/** The same, checked. */
	private static final class UnprintableIo extends IOException {

		private static final long serialVersionUID = 1L;

		@Override
		public String getMessage() {
			throw new IllegalStateException("no session");
		}

		@Override
		public String toString() {
			throw new IllegalStateException("no session");
		}

	}

}
