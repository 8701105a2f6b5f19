package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which scopes without a parent are remembered, for how long, and at what cost.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class RememberedRootsTests {

	private final CancelScopes scopes = CancelScopes.builder().rememberOpen().build();

	private final Trail trail = new Trail();

	private List<OpenScope> openThree() {
		List<OpenScope> open = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			open.add(this.scopes.openUnbound(ScopeOptions.named("scope " + i)));
		}
		return open;
	}

	@ParameterizedTest
	@CsvSource({ "0, 1", "0, 2", "1, 0", "1, 2", "2, 0", "2, 1" })
	void oneIsLeftOfThreeWhicheverTwoClose(int first, int second) {
		List<OpenScope> three = openThree();
		OpenScope left = three.get(3 - first - second);

		three.get(first).close();
		three.get(second).close();
		three.get(second).close();

		assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the end")).isOne();
		assertThat(left.isCancelled()).isTrue();
		left.close();
	}

	@Test
	void nextOneIsRememberedBesideThoseThatAreLeft() {
		List<OpenScope> three = openThree();
		three.get(1).close();
		OpenScope next = this.scopes.openUnbound(ScopeOptions.none());
		three.get(0).close();

		assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the end")).isEqualTo(2);

		assertThat(next.isCancelled() && three.get(2).isCancelled()).isTrue();
	}

	@Test
	void callbacksOfAllRunInTheCallThatCancelsThem() {
		openThree().forEach((scope) -> scope.onCancel((reason) -> this.trail.add(scope.name())));

		this.scopes.cancelAll(Kind.SHUTDOWN, "the end");

		assertThat(this.trail.words()).containsExactlyInAnyOrder("scope 0", "scope 1", "scope 2");
	}

	@Test
	void boundScopeIsForgottenWhenItCloses() {
		this.scopes.run(ScopeOptions.none(), CancelScope::check);
		this.scopes.run(ScopeOptions.none().shield(), CancelScope::check);

		assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the end")).isZero();
	}

	@Test
	void placeOfAScopeThatWasNeverClosedIsGivenBack() {
		WeakReference<Roots.Root> place = forgetOne();

		await("the place to be given back").until(() -> {
			System.gc();
			this.scopes.openUnbound(ScopeOptions.none()).close();
			return place.refersTo(null);
		});
	}

	private WeakReference<Roots.Root> forgetOne() {
		TreeScope forgotten = (TreeScope) this.scopes.openUnbound(ScopeOptions.named("forgotten"));
		return new WeakReference<>(forgotten.root());
	}

	@Test
	void placeOfAClosedScopeIsGivenBackThoughTheScopeIsKept() {
		TreeScope kept = (TreeScope) this.scopes.openUnbound(ScopeOptions.named("kept"));
		OpenScope other = this.scopes.openUnbound(ScopeOptions.none());
		kept.close();

		assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the end")).isOne();
		other.close();
		assertThat(kept.isCancelled()).isFalse();
	}

	/** Who closes a scope waits for nobody as long as nobody waits for him. */
	@Test
	void closeTakesNoMonitorWhileNobodyWaits() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		CountDownLatch closed = new CountDownLatch(1);
		try (OtherThread other = new OtherThread()) {
			var outcome = other.start(() -> {
				synchronized (this.scopes.setup.roots) {
					other.arrive();
					return closed.await(20, TimeUnit.SECONDS);
				}
			});
			other.awaitArrival();

			scope.close();
			closed.countDown();

			assertThat(outcome.value()).isEqualTo(true);
		}
	}

	@Test
	void nobodyWaitsForAScopeThatWasForgotten() throws Exception {
		WeakReference<OpenScope> forgotten = cancelAndForgetOne();
		await().until(() -> {
			System.gc();
			return forgotten.refersTo(null);
		});

		assertThat(this.scopes.awaitClosed(Duration.ofDays(1))).isZero();
	}

	private WeakReference<OpenScope> cancelAndForgetOne() {
		OpenScope forgotten = this.scopes.openUnbound(ScopeOptions.none());
		forgotten.cancel();
		return new WeakReference<>(forgotten);
	}

}
