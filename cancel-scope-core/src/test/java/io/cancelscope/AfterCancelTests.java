package io.cancelscope;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * News are told after all stops of the whole tree, and exactly once.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class AfterCancelTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void newsOfAnOuterScopeWaitForTheStopsOfAnInnerOne() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none());
				OpenScope inner = this.scopes.open(ScopeOptions.none())) {
			outer.afterCancel(this.trail.adding("news of outer"));
			outer.onCancel(this.trail.adding("stop of outer"));
			inner.afterCancel(this.trail.adding("news of inner"));
			inner.onCancel(this.trail.adding("stop of inner"));

			outer.cancel();
		}

		assertThat(this.trail.words()).containsExactly("stop of outer", "stop of inner", "news of outer",
				"news of inner");
	}

	@Test
	void newsWaitForTheStopsThatACancellationReachesByBubbling() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none().bubble());
				OpenScope cancelled = this.scopes.openUnbound(ScopeOptions.none());
				OpenScope sibling = this.scopes.openUnbound(ScopeOptions.none())) {
			cancelled.afterCancel(this.trail.adding("news"));
			cancelled.onCancel(this.trail.adding("own stop"));
			outer.onCancel(this.trail.adding("stop above"));
			sibling.onCancel(this.trail.adding("stop beside"));

			cancelled.cancel();
		}

		assertThat(this.trail.words()).hasSize(4).endsWith("news");
	}

	@Test
	void newsOfADeadlineComeAfterItsStops() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			scope.afterCancel((reason) -> this.trail.add("news of " + reason.kind()));
			scope.onCancel(this.trail.adding("stop"));

			this.time.advance(seconds(1));
		}

		assertThat(this.trail.words()).containsExactly("stop", "news of DEADLINE");
	}

	@Test
	void stopThatBlocksHoldsUpNeitherTheOthersNorTheNews() throws Exception {
		CountDownLatch told = new CountDownLatch(1);
		try (OpenScope scope = this.scopes.openUnbound(ScopeOptions.none())) {
			scope.afterCancel((reason) -> told.countDown());
			scope.onCancel(() -> this.trail.add("told meanwhile: " + Patience.await(told)));
			scope.onCancel(this.trail.adding("second stop"));

			scope.cancel();
		}

		assertThat(this.trail.words()).containsExactlyInAnyOrder("second stop", "told meanwhile: true");
	}

	@Test
	void newsAreToldOnceWhateverComesLater() {
		AtomicInteger told = new AtomicInteger();
		try (OpenScope outer = this.scopes.open(ScopeOptions.timeout(seconds(2)));
				OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			scope.afterCancel((reason) -> told.incrementAndGet());

			scope.cancel();
			scope.cancel();
			this.time.advance(seconds(1));
			outer.cancel();
		}

		assertThat(told).hasValue(1);
	}

	@Test
	void newsAreDroppedOnClose() {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)));
		scope.afterCancel(this.trail.adding("told"));

		scope.close();
		this.time.advance(seconds(1));

		assertThat(this.trail.words()).isEmpty();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void newsOfACancelledScopeAreToldAtOnce() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel("enough");

			Registration news = scope.afterCancel((reason) -> this.trail.add(reason.message()));

			assertThat(this.trail.words()).containsExactly("enough");
			assertThat(news.unregister()).isFalse();
		}
	}

	@Test
	void newsTakenBackAreNotTold() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			Registration news = scope.afterCancel(this.trail.adding("told"));

			assertThat(news.unregister()).isTrue();
			assertThat(news.unregister()).isTrue();

			assertThat(this.time.pending()).isZero();
			scope.cancel();
		}
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void newsTakenBackByAStopAreNotTold() {
		AtomicReference<Registration> news = new AtomicReference<>();
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			news.set(scope.afterCancel(this.trail.adding("told")));
			scope.onCancel(() -> this.trail.add("taken back: " + news.get().unregister()));

			scope.cancel();
		}

		assertThat(this.trail.words()).containsExactly("taken back: true");
	}

	@Test
	void newsThatFailAreLoggedAndTheOthersTold() {
		try (LogTrail log = new LogTrail(); OpenScope scope = this.scopes.open(ScopeOptions.named("quote"))) {
			for (Sneaky what : List.of(Sneaky.UNCHECKED, Sneaky.CHECKED, Sneaky.ERROR)) {
				scope.afterCancel((reason) -> what.raise());
			}
			scope.afterCancel(this.trail.adding("told"));

			scope.cancel();

			assertThat(log.lines()).hasSize(3).allMatch((line) -> line.contains("'quote'"));
		}
		assertThat(this.trail.words()).containsExactly("told");
	}

	@Test
	void newsRunInNoScopeAndLeaveTheThreadAsItWas() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.afterCancel((reason) -> {
				this.trail.add(CancelScope.current().name());
				this.scopes.open(ScopeOptions.named("forgotten"));
			});

			try (LogTrail log = new LogTrail()) {
				scope.cancel();
			}

			assertThat(this.trail.words()).containsExactly("root");
			assertThat(CancelScope.current()).isSameAs(scope);
		}
	}

	@Test
	void shieldKeepsTheNewsOfOutside() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none());
				OpenScope shielded = openIn(outer, this.scopes, ScopeOptions.none().shield())) {
			shielded.afterCancel(this.trail.adding("told"));

			outer.cancel();
		}

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void newsOfCarriedWorkMoveUpLikeItsStops() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none())) {
			OpenScope inner = this.scopes.openUnbound(ScopeOptions.none());
			try (Registration work = inner.attach()) {
				inner.afterCancel(this.trail.adding("news"));
				inner.onCancel(this.trail.adding("stop"));
				inner.close();

				outer.cancel();
			}
		}

		assertThat(this.trail.words()).containsExactly("stop", "news");
	}

	@Test
	void rootTellsNothing() {
		assertThat(CancelScope.current().afterCancel(this.trail.adding("told")).unregister()).isTrue();

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void nullIsNamed() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			assertThatNullPointerException().isThrownBy(() -> scope.afterCancel(null)).withMessage("news");
		}
		assertThatNullPointerException().isThrownBy(() -> CancelScope.current().afterCancel(null)).withMessage("news");
	}

	/** R23: it holds up no other, as a stop that blocks doesn't. */
	@Test
	void newsThatBlocksIsPassed() {
		OpenScope scope = CancelScopes.create().openUnbound(ScopeOptions.none());
		CountDownLatch second = new CountDownLatch(1);
		AtomicBoolean passed = new AtomicBoolean();
		scope.afterCancel((reason) -> passed.set(Patience.await(second)));
		scope.afterCancel((reason) -> second.countDown());

		scope.cancel();

		assertThat(passed).isTrue();
	}

}
