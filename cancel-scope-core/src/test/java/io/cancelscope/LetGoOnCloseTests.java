package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Nodes.node;
import static io.cancelscope.Scopes.openIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * R18: what a scope that has closed no longer holds, and what no longer holds it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class LetGoOnCloseTests {

	private final CancelScopes scopes = CancelScopes.builder().timeSource(new ManualTime()).findForgotten(1).build();

	@Test
	void regionOfTheBodyIsLetGo() {
		OpenScope scope = this.scopes.open(ScopeOptions.none().interrupt());
		assertThat(node(scope).links().rarities().region).isNotNull();

		scope.close();

		assertThat(node(scope).links().rarities().region).isNull();
	}

	@Test
	void regionOfABodyOnAnotherThreadStaysUntilThatThreadLeavesIt() throws Exception {
		OpenScope scope = this.scopes.open(ScopeOptions.none().interrupt());
		try (OtherThread other = new OtherThread()) {
			other.start(() -> {
				scope.close();
				return null;
			}).value();
		}
		Region region = node(scope).links().rarities().region;
		assertThat(region.isLeft()).isFalse();

		scope.close();

		assertThat(region.isLeft()).isTrue();
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	/**
	 * <pre>
	 * one    interrupts the thread inside ─────────────── is through
	 * other                                  close: waits           returns
	 * </pre>
	 */
	@Test
	void closeWaitsForAnInterruptThatIsOnItsWay() throws Exception {
		SlowlyInterrupted inside = new SlowlyInterrupted();
		try (OtherThread other = new OtherThread(inside);
				OtherThread canceller = new OtherThread();
				OtherThread closer = new OtherThread()) {
			AtomicReference<OpenScope> scope = new AtomicReference<>();
			var work = other.start(() -> {
				scope.set(this.scopes.open(ScopeOptions.none().interrupt()));
				other.arrive();
				return inside.done.await(20, TimeUnit.SECONDS);
			});
			other.awaitArrival();
			canceller.start(() -> scope.get().cancel());
			assertThat(inside.begun.await(20, TimeUnit.SECONDS)).isTrue();

			closer.start(() -> {
				scope.get().close();
				return null;
			});

			await().atMost(Duration.ofSeconds(20)).until(() -> closer.thread().getState() == Thread.State.BLOCKED);
			inside.goOn.countDown();
			inside.done.countDown();
			assertThat(work.value()).isEqualTo(true);
		}
	}

	/** Makes a thread whose interrupt takes a while. */
	private static final class SlowlyInterrupted implements ThreadFactory {

		private final CountDownLatch begun = new CountDownLatch(1);

		private final CountDownLatch goOn = new CountDownLatch(1);

		private final CountDownLatch done = new CountDownLatch(1);

		@Override
		public Thread newThread(Runnable task) {
			return new Thread(task) {

				@Override
				public void interrupt() {
					SlowlyInterrupted.this.begun.countDown();
					try {
						SlowlyInterrupted.this.goOn.await(20, TimeUnit.SECONDS);
					}
					catch (InterruptedException ex) {
						throw new AssertionError(ex);
					}
				}

			};
		}

	}

	@Test
	void traceOfAWatchedScopeForgetsIt() {
		OpenScope open = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope closed = this.scopes.openUnbound(ScopeOptions.none());

		closed.close();

		assertThat(node(open).links().rarities().trace.get()).isSameAs(open);
		assertThat(node(closed).links().rarities().trace.get()).isNull();
		open.close();
	}

	@Test
	void exceptionThatIsKeptForgetsWhereItWasMade() {
		OpenScope around = this.scopes.openUnbound(ScopeOptions.named("around"));
		WeakReference<OpenScope> inner = new WeakReference<>(openIn(around, this.scopes, ScopeOptions.named("inner")));
		inner.get().cancel();
		Throwable kept = catchThrowable(inner.get()::check);

		inner.get().close();

		await("the scope to be collected").atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return inner.refersTo(null);
		});
		around.cancel();
		assertThat(around.isCauseOf(kept)).isTrue();
		around.close();
	}

	@Test
	void exceptionThatIsKeptForgetsTheOutermostScope() {
		WeakReference<OpenScope> alone = new WeakReference<>(this.scopes.openUnbound(ScopeOptions.named("alone")));
		alone.get().cancel();
		Throwable kept = catchThrowable(alone.get()::check);

		alone.get().close();

		await("the scope to be collected").atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			return alone.refersTo(null);
		});
		assertThat(kept).isInstanceOf(ScopeCancelledException.class);
	}

}
