package io.cancelscope;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Nodes.node;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The life of a scope is told once and in order, whoever comes upon its parts, and never
 * on the timer's thread.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ToldOnceTests {

	private final Trail trail = new Trail();

	private volatile CancelScope cancelWhileOpening;

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(new ManualTime())
		.callbackExecutor(Runnable::run)
		.listener(new Noting())
		.build();

	@Test
	void scopeCancelledWhileItsOpeningIsToldIsToldCancelledByTheThreadThatOpens() {
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		this.cancelWhileOpening = outer;

		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));

		assertThat(this.trail.words()).containsExactly("opened outer", "opened inner", "cancelled outer",
				"cancelled inner");
		inner.close();
		outer.close();
		assertThat(this.trail.words()).endsWith("cancelled inner", "closed inner", "closed outer");
	}

	@Test
	void newsThatComeTwiceAreToldOnce() {
		WatchedScope scope = (WatchedScope) this.scopes.openUnbound(ScopeOptions.named("scope"));
		scope.cancel();
		Cancellation known = (Cancellation) scope.stored();

		scope.setup.news.cancelled(scope, known);
		scope.setup.news.found(scope, known);
		scope.close();

		assertThat(this.trail.words()).containsExactly("opened scope", "cancelled scope", "closed scope");
	}

	@Test
	void scopeThatTheListenerClosesIsToldClosedAfterwards() {
		AtomicReference<OpenScope> scope = new AtomicReference<>();
		CancelScopes closing = CancelScopes.builder().listener(new CancelScopeListener() {

			@Override
			public void cancelled(CancelScope cancelled, CancelReason reason) {
				scope.get().close();
			}

		}).listener(new Noting()).build();
		scope.set(closing.openUnbound(ScopeOptions.named("scope")));

		scope.get().cancel();
		scope.get().close();

		assertThat(this.trail.words()).containsExactly("opened scope", "cancelled scope", "closed scope");
	}

	@Test
	void threadIsForgottenWhenTheScopeHasClosed() {
		OpenScope scope = this.scopes.open(ScopeOptions.named("scope"));
		assertThat(scope.details().thread()).isSameAs(Thread.currentThread());

		scope.close();

		assertThat(scope.details().thread()).isNull();
	}

	@Test
	void timersThreadTellsNothingItself() throws Exception {
		AtomicReference<Boolean> onTimer = new AtomicReference<>();
		CountDownLatch told = new CountDownLatch(1);
		CancelScopes real = CancelScopes.builder().listener(new CancelScopeListener() {

			@Override
			public void cancelled(CancelScope scope, CancelReason reason) {
				onTimer.set(SystemTime.INSTANCE.isTimerThread());
				told.countDown();
			}

			@Override
			public boolean onlyCancellations() {
				return true;
			}

		}).build();
		OpenScope scope = real.openUnbound(ScopeOptions.named("scope"));
		Nodes.bury(scope);
		Cancellation known = (Cancellation) node(scope).stored();

		SystemTime.INSTANCE.schedule(() -> real.setup.news.cancelled(node(scope), known), 0);

		assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
		assertThat(onTimer).hasValue(false);
		scope.close();
	}

	private final class Noting implements CancelScopeListener {

		@Override
		public void opened(CancelScope scope) {
			ToldOnceTests.this.trail.add("opened " + scope.name());
			CancelScope cancel = ToldOnceTests.this.cancelWhileOpening;
			if (cancel != null) {
				ToldOnceTests.this.cancelWhileOpening = null;
				cancel.cancel();
				assertThat(scope.isCancelled()).isTrue();
			}
		}

		@Override
		public void cancelled(CancelScope scope, CancelReason reason) {
			ToldOnceTests.this.trail.add("cancelled " + scope.name());
		}

		@Override
		public void closed(CancelScope scope) {
			ToldOnceTests.this.trail.add("closed " + scope.name());
		}

	}

}
