package io.cancelscope;

import java.util.concurrent.Executors;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What a listener is told, in which order, and that it harms nobody.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class ListenerTests {

	private final ManualTime time = new ManualTime();

	private final Trail trail = new Trail();

	private final CancelScopes scopes = builder().listener(new Noting("")).build();

	@Test
	void lifeOfAScopeIsToldInOrder() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("a"))) {
			scope.cancel();
			scope.cancel();
		}

		assertThat(this.trail.words()).containsExactly("opened a", "cancelled a REQUESTED by a", "closed a");
	}

	@Test
	void scopeThatIsNotCancelledIsOnlyOpenedAndClosed() {
		this.scopes.run(ScopeOptions.named("a"), CancelScope::check);

		assertThat(this.trail.words()).containsExactly("opened a", "closed a");
	}

	@Test
	void cancellationFromAboveIsToldAtTheLatestWhenTheScopeCloses() {
		OpenScope parent = this.scopes.open(ScopeOptions.named("parent"));
		OpenScope child = this.scopes.open(ScopeOptions.named("child"));

		parent.cancel();
		child.close();
		parent.close();

		assertThat(this.trail.words()).containsExactly("opened parent", "opened child",
				"cancelled parent REQUESTED by parent", "cancelled child REQUESTED by parent", "closed child",
				"closed parent");
	}

	@Test
	void listenerThatAsksWhileItIsToldOfTheOpeningHearsOfTheCancellationAfterwards() {
		CancelScopes asking = builder().listener(new CancelScopeListener() {

			@Override
			public void opened(CancelScope scope) {
				ListenerTests.this.trail.add(scope.name() + " asked " + scope.isCancelled());
			}

		}).listener(new Noting("")).build();

		asking.run(ScopeOptions.named("outer"), (outer) -> {
			outer.cancel();
			asking.run(ScopeOptions.named("inner"), CancelScope::isCancelled);
		});

		assertThat(this.trail.words()).containsSubsequence("inner asked true", "opened inner",
				"cancelled inner REQUESTED by outer", "closed inner");
	}

	@Test
	void scopeThatClosesBeforeTheNewsArriveIsToldCancelledFirst() {
		OpenScope parent = this.scopes.open(ScopeOptions.named("parent"));
		OpenScope child = this.scopes.open(ScopeOptions.named("child"));
		child.onCancel(this.trail.adding("callback of the child"));
		parent.onCancel((reason) -> child.close());

		parent.cancel();
		parent.close();

		assertThat(this.trail.words()).startsWith("opened parent", "opened child",
				"cancelled child REQUESTED by parent", "closed child");
		assertThat(this.trail.words()).containsOnlyOnce("cancelled parent REQUESTED by parent");
		assertThat(this.trail.words()).containsOnlyOnce("callback of the child");
		assertThat(this.trail.words()).filteredOn((word) -> word.startsWith("cancelled child")).hasSize(1);
		assertThat(this.trail.words()).containsSubsequence("cancelled parent REQUESTED by parent", "closed parent");
	}

	/**
	 * <pre>
	 * one    cancel ── tells: cancelled ─────────────── tells: closed
	 * other              close (leaves the news to one)
	 * </pre>
	 */
	@Test
	void scopeThatClosesWhileTheNewsAreToldIsToldClosedAfterwards() throws Exception {
		CountDownLatch telling = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		CancelScopes slow = builder().listener(new CancelScopeListener() {

			@Override
			public void cancelled(CancelScope scope, CancelReason reason) {
				telling.countDown();
				try {
					assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}

		}).listener(new Noting("")).build();
		OpenScope scope = slow.openUnbound(ScopeOptions.named("a"));
		Thread one = new Thread(scope::cancel);
		one.start();
		assertThat(telling.await(20, TimeUnit.SECONDS)).isTrue();

		scope.close();
		closed.countDown();
		one.join(20_000);

		assertThat(this.trail.words()).containsExactly("opened a", "cancelled a REQUESTED by a", "closed a");
	}

	@Test
	void expiryThatNobodyAskedForIsToldWhenTheScopeCloses() {
		OpenScope scope = this.scopes.open(ScopeOptions.named("a").withTimeout(seconds(1)));
		this.time.advance(seconds(2));

		scope.close();

		assertThat(this.trail.words()).containsExactly("opened a", "cancelled a DEADLINE by a", "closed a");
	}

	@Test
	void scopeOpenedTooLateIsOpenedAndThenCancelled() {
		this.scopes.run(ScopeOptions.named("parent"), (parent) -> {
			parent.cancel();
			this.scopes.run(ScopeOptions.named("late").withTimeout(seconds(-1)), CancelScope::isCancelled);
		});

		assertThat(this.trail.words()).containsExactly("opened parent", "cancelled parent REQUESTED by parent",
				"opened late", "cancelled late REQUESTED by parent", "closed late", "closed parent");
	}

	@Test
	void listenerIsToldAfterTheCallbacks() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("a"))) {
			scope.onCancel(this.trail.adding("callback"));

			scope.cancel();
		}

		assertThat(this.trail.words()).containsExactly("opened a", "callback", "cancelled a REQUESTED by a",
				"closed a");
	}

	@Test
	void refusedScopeIsClosedAgain() {
		Throwable thrown = catchThrowable(
				() -> this.scopes.open(ScopeOptions.named("a").withTimeout(seconds(0)).checkOnEnter()));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		assertThat(this.trail.words()).containsExactly("opened a", "cancelled a DEADLINE by a", "closed a");
	}

	@Test
	void bubblingIsToldOncePerScope() {
		this.scopes.run(ScopeOptions.named("outer").bubble(),
				(outer) -> this.scopes.run(ScopeOptions.named("inner"), (inner) -> {
					inner.cancel();
					inner.cancel();
					outer.cancel();
				}));

		assertThat(this.trail.words()).containsExactly("opened outer", "opened inner",
				"cancelled inner REQUESTED by inner", "cancelled outer REQUESTED by inner", "closed inner",
				"closed outer");
	}

	@Test
	void carriedWorkChangesWhatIsCurrent() throws Exception {
		Runnable withoutScope = CancelScope.current().wrap(() -> this.trail.add("in between"));
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer")); OtherThread other = new OtherThread()) {
			withoutScope.run();
			other.start(Executors.callable(outer.wrap(() -> this.scopes.run(ScopeOptions.named("inner"), (inner) -> {
			})))).value();
		}

		assertThat(this.trail.words()).containsExactly("opened outer", "root is current", "in between",
				"outer is current", "outer is current", "opened inner", "closed inner", "root is current",
				"closed outer");
	}

	@Test
	void misnestedScopeIsToldLikeAnyOther() {
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		OpenScope inner = this.scopes.open(ScopeOptions.named("inner"));

		assertThat(catchThrowable(outer::close)).isInstanceOf(IllegalStateException.class);
		inner.close();

		assertThat(this.trail.words()).containsExactly("opened outer", "opened inner",
				"cancelled inner MISNESTED by inner", "closed inner", "closed outer");
	}

	@Test
	void severalListenersAreToldInTheOrderOfAdding() {
		CancelScopes two = builder().listener(new Noting("first ")).listener(new Noting("second ")).build();

		two.run(ScopeOptions.named("a"), (scope) -> {
			scope.wrap(() -> {
			}).run();
			scope.cancel();
		});

		assertThat(this.trail.words()).containsExactly("first opened a", "second opened a", "first a is current",
				"second a is current", "first a is current", "second a is current", "first cancelled a REQUESTED by a",
				"second cancelled a REQUESTED by a", "first closed a", "second closed a");
	}

	@Test
	void listenerThatThrowsHarmsNobody() {
		CancelScopes failing = builder().listener(new Failing()).listener(new Noting("")).build();

		failing.run(ScopeOptions.named("a"), (scope) -> {
			scope.wrap(() -> {
			}).run();
			assertThat(scope.cancel()).isTrue();
		});

		assertThat(this.trail.words()).containsExactly("opened a", "a is current", "a is current",
				"cancelled a REQUESTED by a", "closed a");
	}

	@Test
	void listenerSeesTheScopeInTheStateItIsToldOf() {
		CancelScopes checking = builder().listener(new CancelScopeListener() {

			@Override
			public void cancelled(CancelScope scope, CancelReason reason) {
				ListenerTests.this.trail.add(scope.name() + " " + scope.isCancelled());
			}

		}).build();

		checking.run(ScopeOptions.named("a"), CancelScope::cancel);

		assertThat(this.trail.words()).containsExactly("a true");
	}

	@Test
	void builderNamesWhatIsWrong() {
		assertThatNullPointerException().isThrownBy(() -> CancelScopes.builder().listener(null))
			.withMessage("listener");
		assertThatNullPointerException().isThrownBy(() -> CancelScopes.builder().timeSource(null))
			.withMessage("timeSource");
		assertThatNullPointerException().isThrownBy(() -> CancelScopes.builder().callbackExecutor(null))
			.withMessage("callbackExecutor");
		assertThatIllegalArgumentException().isThrownBy(() -> CancelScopes.builder().findForgotten(-1));
	}

	private CancelScopes.Builder builder() {
		return CancelScopes.builder().timeSource(this.time).callbackExecutor(Runnable::run);
	}

	private final class Noting implements CancelScopeListener {

		private final String prefix;

		Noting(String prefix) {
			this.prefix = prefix;
		}

		@Override
		public void opened(CancelScope scope) {
			ListenerTests.this.trail.add(this.prefix + "opened " + scope.name());
		}

		@Override
		public void cancelled(CancelScope scope, CancelReason reason) {
			ListenerTests.this.trail
				.add(this.prefix + "cancelled " + scope.name() + " " + reason.kind() + " by " + reason.origin());
		}

		@Override
		public void currentChanged(CancelScope current) {
			ListenerTests.this.trail.add(this.prefix + current.name() + " is current");
		}

		@Override
		public void closed(CancelScope scope) {
			ListenerTests.this.trail.add(this.prefix + "closed " + scope.name());
		}

	}

	private static final class Failing implements CancelScopeListener {

		@Override
		public void opened(CancelScope scope) {
			throw new IllegalStateException("on purpose");
		}

		@Override
		public void cancelled(CancelScope scope, CancelReason reason) {
			throw new IllegalStateException("on purpose");
		}

		@Override
		public void currentChanged(CancelScope current) {
			throw new IllegalStateException("on purpose");
		}

		@Override
		public void closed(CancelScope scope) {
			throw new IllegalStateException("on purpose");
		}

	}

}
