package io.cancelscope;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * How regions end: with what was forgotten in them, in the wrong order, or on the wrong
 * thread.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class RegionTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	@Test
	void scopeForgottenInARegionEndsWithIt() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("a"))) {
			assertThatIllegalStateException()
				.isThrownBy(() -> scope.interruptibly((s) -> this.scopes.open(ScopeOptions.named("forgotten"))))
				.withMessageContaining("Closed the interruptible region of 'a' while 'forgotten'");

			assertThat(CancelScope.current()).isSameAs(scope);
			assertThat(scope.cancel()).isTrue();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}
	}

	@Test
	void scopeForgottenInARegionDoesNotHideTheException() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("a"))) {
			Throwable thrown = catchThrowable(() -> scope.interruptibly((s) -> {
				this.scopes.open(ScopeOptions.named("forgotten"));
				throw new IllegalArgumentException("the body's own");
			}));

			assertThat(thrown).hasMessage("the body's own");
			assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class);
			assertThat(CancelScope.current()).isSameAs(scope);
		}
	}

	@Test
	void regionsForgottenWithTheirScopeEndWithTheOuterOne() {
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		this.scopes.open(ScopeOptions.named("inner").interrupt());

		assertThatIllegalStateException().isThrownBy(outer::close)
			.withMessageContaining("Closed scope 'outer' while 'inner', opened after it on this thread, was");

		assertThat(CancelScope.current().name()).isEqualTo("root");
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void severalForgottenScopesAreNamedTogether() {
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		this.scopes.open(ScopeOptions.named("one"));
		this.scopes.open(ScopeOptions.named("two"));

		assertThatIllegalStateException().isThrownBy(outer::close)
			.withMessageContaining("while 'two' and 'one', opened after it, were still open");
	}

	@Test
	void interruptOfAnEndedRegionDoesNotReachTheNextTaskOfTheThread() throws Exception {
		ExecutorService pool = Executors.newSingleThreadExecutor();
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("a"));
		pool.submit(() -> scope.interruptibly((s) -> "done")).get(20, TimeUnit.SECONDS);

		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch cancelled = new CountDownLatch(1);
		var next = pool.submit(() -> {
			begun.countDown();
			cancelled.await();
			return Thread.currentThread().isInterrupted();
		});
		begun.await();
		scope.cancel();
		cancelled.countDown();

		assertThat(next.get(20, TimeUnit.SECONDS)).isFalse();
		pool.shutdown();
	}

	@Test
	void regionReturnsItsValueAlsoBelowAReleasedScope() throws Exception {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.named("parent"));
		parent.close();

		assertThat(parent.<String, Exception>interruptibly((s) -> "value of " + s.name())).isEqualTo("value of parent");
	}

	@Test
	void errorOfTheJvmInALateCallbackIsThrown() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		scope.cancel();

		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> scope.onCancel((reason) -> {
			throw new StackOverflowError("on purpose");
		}));

		scope.close();
	}

	@Test
	void periodicTaskRunsAgainAndAgain() throws Exception {
		ScheduledExecutorService behind = Executors.newSingleThreadScheduledExecutor();
		CountDownLatch runs = new CountDownLatch(3);

		this.scopes.propagating(behind).scheduleWithFixedDelay(runs::countDown, 0, 1, TimeUnit.MILLISECONDS);

		assertThat(runs.await(20, TimeUnit.SECONDS)).isTrue();
		behind.shutdownNow();
	}

}
