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
import org.junit.jupiter.params.provider.MethodSource;

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

	/** The slot of the first one is renewed after 16,384 scopes that were alone in it. */
	@Test
	void scopeIsRememberedHoweverManyCameBefore() {
		for (int i = 1; i <= 40_000; i++) {
			OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
			int next = i % 16_384;
			if (next <= 1 || next == 16_383) {
				assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the end")).isOne();
				assertThat(scope.isCancelled()).isTrue();
			}
			scope.close();
		}

		assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the end")).isZero();
	}

	@Test
	void scopesOfAllThreadsAreRemembered() throws Exception {
		List<OpenScope> open = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			try (OtherThread other = new OtherThread()) {
				open.add(other.start(() -> this.scopes.openUnbound(ScopeOptions.none())).value());
			}
		}

		assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the end")).isEqualTo(8);

		assertThat(open).allMatch(CancelScope::isCancelled);
	}

	@Test
	void callbacksOfAllRunInTheCallThatCancelsThem() {
		openThree().forEach((scope) -> scope.onCancel((reason) -> this.trail.add(scope.name())));

		this.scopes.cancelAll(Kind.SHUTDOWN, "the end");

		assertThat(this.trail.words()).containsExactlyInAnyOrder("scope 0", "scope 1", "scope 2");
	}

	@ParameterizedTest
	@MethodSource("plainAndOthers")
	void boundScopeIsRemembered(ScopeOptions options) {
		this.scopes.run(options, (scope) -> {
			assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the end")).isOne();

			assertThat(scope.isCancelled()).isTrue();
		});
	}

	@ParameterizedTest
	@MethodSource("plainAndOthers")
	void boundScopeGivesItsPlaceBackWhenItCloses(ScopeOptions options) {
		TreeScope scope = (TreeScope) this.scopes.open(options);
		assertThat(scope.root().isOpen()).isTrue();

		scope.close();

		assertThat(scope.root().isOpen()).isFalse();
	}

	@Test
	void scopeThatAListenerHearsOfGivesItsPlaceBackWhenItCloses() {
		CancelScopes heard = CancelScopes.builder().rememberOpen().listener(new CancelScopeListener() {
		}).build();
		TreeScope scope = (TreeScope) heard.open(ScopeOptions.none());
		assertThat(scope.root().isOpen()).isTrue();

		scope.close();

		assertThat(scope.root().isOpen()).isFalse();
	}

	@Test
	void waitThatIsTooShortLastsAsLongAsItSays() throws Exception {
		OpenScope open = this.scopes.openUnbound(ScopeOptions.none());
		open.cancel();
		long start = System.nanoTime();

		assertThat(this.scopes.awaitClosed(Duration.ofMillis(30))).isOne();

		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(30));
		open.close();
	}

	private static List<ScopeOptions> plainAndOthers() {
		return List.of(ScopeOptions.none(), ScopeOptions.timeout(Duration.ofDays(1)), ScopeOptions.none().shield());
	}

	@Test
	void placeOfAScopeThatWasNeverClosedIsGivenBack() {
		WeakReference<Roots.Root> place = forgetOne();

		await("the place to be given back").atMost(Duration.ofMinutes(1)).until(() -> {
			System.gc();
			this.scopes.openUnbound(ScopeOptions.none()).close();
			return place.refersTo(null);
		});
	}

	private WeakReference<Roots.Root> forgetOne() {
		TreeScope forgotten = (TreeScope) this.scopes.openUnbound(ScopeOptions.named("forgotten"));
		return new WeakReference<>(forgotten.root());
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
		await().atMost(Duration.ofMinutes(1)).until(() -> {
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
