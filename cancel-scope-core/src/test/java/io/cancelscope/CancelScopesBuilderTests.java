package io.cancelscope;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What a builder is told, and what it makes of it.
 */
@ExtendWith(ThreadStaysClean.class)
class CancelScopesBuilderTests {

	private final ManualTime time = new ManualTime();

	private final Trail trail = new Trail();

	@Test
	void samplingOfZeroFindsNoForgottenScope() {
		CancelScopes scopes = CancelScopes.builder().timeSource(this.time).findForgotten(1).findForgotten(0).build();

		try (LogTrail log = new LogTrail(); OpenScope left = scopes.open(ScopeOptions.timeout(SECOND))) {
			this.time.advance(SECOND.multipliedBy(3600));
			scopes.run(ScopeOptions.none(), (inner) -> assertThat(inner.isCancelled()).isTrue());

			assertThat(left.isCancelled()).isTrue();
			assertThat(log.lines()).isEmpty();
		}
	}

	@Test
	void negativeSamplingIsRefusedWithTheValueAndTheWayOut() {
		assertThatIllegalArgumentException().isThrownBy(() -> CancelScopes.builder().findForgotten(-2))
			.withMessageContainingAll("must not be negative, but was -2", "Use 1 to watch every scope", "0 for none");
	}

	@Test
	void builderCanBeUsedAgainAndLeavesAloneWhatItBuiltBefore() {
		CancelScopes.Builder builder = CancelScopes.builder().timeSource(this.time);
		CancelScopes silent = builder.build();
		CancelScopes telling = builder.listener(new CancelScopeListener() {

			@Override
			public void opened(CancelScope scope) {
				CancelScopesBuilderTests.this.trail.add(scope.name());
			}

		}).rememberOpen().build();

		silent.run(ScopeOptions.named("silent"), CancelScope::check);
		telling.run(ScopeOptions.named("telling"), CancelScope::check);

		assertThat(this.trail.words()).containsExactly("telling");
		assertThat(telling.cancelAll(CancelReason.Kind.SHUTDOWN, "over")).isZero();
		assertThatIllegalStateException().isThrownBy(() -> silent.cancelAll(CancelReason.Kind.SHUTDOWN, "over"))
			.withMessageContaining("rememberOpen()");
	}

	@Test
	void listenerThatWantsEverythingGetsItBesideOneThatDoesNotWhicheverComesFirst() {
		for (boolean first : new boolean[] { true, false }) {
			CancelScopes scopes = CancelScopes.builder()
				.timeSource(this.time)
				.listener(new Choosy(!first))
				.listener(new Choosy(first))
				.build();

			scopes.run(ScopeOptions.named("first " + first), CancelScope::check);
		}

		assertThat(this.trail.words()).containsExactly("first true", "first true", "first false", "first false");
	}

	/** Writes down which scopes open, whatever it asks for. */
	private final class Choosy implements CancelScopeListener {

		private final boolean onlyCancellations;

		Choosy(boolean onlyCancellations) {
			this.onlyCancellations = onlyCancellations;
		}

		@Override
		public boolean onlyCancellations() {
			return this.onlyCancellations;
		}

		@Override
		public void opened(CancelScope scope) {
			CancelScopesBuilderTests.this.trail.add(scope.name());
		}

	}

}
