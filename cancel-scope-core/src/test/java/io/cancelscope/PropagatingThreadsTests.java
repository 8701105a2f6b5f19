package io.cancelscope;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import io.cancelscope.testing.VirtualThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Threads that run their task in the scope of whoever asks for them.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class PropagatingThreadsTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private final ThreadFactory factory = this.scopes.propagating((ThreadFactory) Thread::new);

	@Test
	void taskRunsInTheScopeInWhichTheThreadWasMade() throws Exception {
		Thread thread;
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("maker"))) {
			thread = this.factory.newThread(this::addCurrent);
			try (OpenScope other = this.scopes.open(ScopeOptions.named("starter"))) {
				thread.start();
				thread.join();
			}
		}

		assertThat(this.trail.words()).containsExactly("maker");
	}

	@Test
	void taskOfAThreadMadeInNoScopeRunsInNone() throws Exception {
		Thread thread = this.factory.newThread(this::addCurrent);
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("starter"))) {
			thread.start();
			thread.join();
		}

		assertThat(this.trail.words()).containsExactly("root");
	}

	@Test
	void taskOfACancelledScopeRunsAndSeesIt() throws Exception {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			Thread thread = this.factory
				.newThread(() -> this.trail.add("cancelled: " + CancelScope.current().isCancelled()));
			this.time.advance(seconds(1));

			thread.start();
			thread.join();
		}

		assertThat(this.trail.words()).containsExactly("cancelled: true");
	}

	@Test
	void threadsOfAnInterruptingScopeAreInterrupted() throws Exception {
		try (OpenScope scope = this.scopes.openUnbound(ScopeOptions.none().interrupt())) {
			OtherThread other;
			OtherThread.Outcome<String> outcome;
			try (CancelScope.Registration attached = scope.attach()) {
				other = new OtherThread(this.factory);
				OtherThread blocked = other;
				outcome = other.start(() -> {
					blocked.arrive();
					new CountDownLatch(1).await();
					return "value";
				});
			}
			other.awaitBlocked();

			scope.cancel();

			assertThat(outcome.failure()).isInstanceOf(InterruptedException.class);
		}
	}

	@Test
	void factoryThatMakesNoThreadMakesNone() {
		assertThat(this.scopes.propagating((ThreadFactory) (task) -> null).newThread(this::addCurrent)).isNull();
	}

	@Test
	void threadOfAPoolIsReleasedWhenTheScopeOfWhoMadeItCloses() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(1, this.factory);
		try {
			try (OpenScope scope = this.scopes.open(ScopeOptions.named("first"))) {
				pool.submit(this::addCurrent).get();
			}

			pool.submit(this::addCurrent).get();

			assertThat(this.trail.words()).containsExactly("first", "root");
		}
		finally {
			pool.shutdownNow();
		}
	}

	@Test
	void virtualThreadsPropagateToo() throws Exception {
		assumeTrue(VirtualThreads.areThere(), "this JDK has no virtual threads");
		ThreadFactory virtual = this.scopes.propagating(VirtualThreads.factory());
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("maker"))) {
			Thread thread = virtual.newThread(this::addCurrent);
			thread.start();
			thread.join();
		}

		assertThat(this.trail.words()).containsExactly("maker");
	}

	@Test
	void nullIsNamed() {
		assertThatNullPointerException().isThrownBy(() -> this.scopes.propagating((ThreadFactory) null))
			.withMessage("factory");
		assertThatNullPointerException().isThrownBy(() -> this.factory.newThread(null)).withMessage("task");
	}

	private void addCurrent() {
		this.trail.add(CancelScope.current().name());
	}

}
