package io.cancelscope;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Nothing from outside reaches into a shield; what is inside works as ever.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class ShieldTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void shieldedScopeIgnoresItsParent() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.none())) {
			try (OpenScope shielded = this.scopes.open(ScopeOptions.none().shield())) {
				shielded.onCancel(this.trail.adding("shielded"));
				parent.cancel();
				assertThatNoException().isThrownBy(shielded::check);
			}
			try (OpenScope sibling = this.scopes.open(ScopeOptions.none())) {
				assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(sibling::check);
			}
		}
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void shieldedScopeIgnoresItsParentsDeadline() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(1)));
				OpenScope shielded = this.scopes.open(ScopeOptions.none().shield())) {
			this.time.advance(seconds(2));

			assertThat(shielded.isCancelled()).isFalse();
			assertThat(shielded.remaining()).isEmpty();
			assertThat(parent.isCancelled()).isTrue();
		}
	}

	@Test
	void shieldHasItsOwnBudget() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(10)));
				OpenScope shielded = this.scopes.open(ScopeOptions.timeout(seconds(900)).shield());
				OpenScope inside = this.scopes.open(ScopeOptions.none())) {
			assertThat(inside.remaining()).contains(seconds(900));
			assertThat(shielded.remaining()).contains(seconds(900));
			assertThat(parent.remaining()).contains(seconds(10));
		}
	}

	@Test
	void shieldStopsNeitherItsOwnCancelNorItsOwnDeadline() {
		try (OpenScope shielded = this.scopes.open(ScopeOptions.none().shield())) {
			shielded.cancel();
			assertThat(shielded.isCancelled()).isTrue();
		}
		try (OpenScope shielded = this.scopes.open(ScopeOptions.timeout(seconds(1)).shield())) {
			this.time.advance(seconds(1));
			assertThat(shielded.isCancelled()).isTrue();
		}
	}

	@Test
	void descendantsOfAShieldAreProtectedToo() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.none());
				OpenScope shielded = this.scopes.open(ScopeOptions.none().shield());
				OpenScope child = this.scopes.open(ScopeOptions.none());
				OpenScope grandchild = this.scopes.open(ScopeOptions.none())) {
			parent.cancel();

			assertThat(child.isCancelled()).isFalse();
			assertThat(grandchild.isCancelled()).isFalse();
			shielded.cancel();
			assertThat(grandchild.isCancelled()).isTrue();
		}
	}

	@Test
	void cancelBitesAfterTheShieldHasClosed() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.none())) {
			try (OpenScope shielded = this.scopes.open(ScopeOptions.none().shield())) {
				parent.cancel();
				this.scopes.check();
				assertThat(shielded.isCancelled()).isFalse();
			}

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(this.scopes::check);
		}
	}

	@Test
	void cleanUpInACancelledScopeHasItsOwnLimit() {
		try (OpenScope cancelled = this.scopes.open(ScopeOptions.none())) {
			cancelled.cancel();

			try (OpenScope cleanUp = this.scopes.open(ScopeOptions.timeout(seconds(1)).shield())) {
				assertThat(cleanUp.isCancelled()).isFalse();
				this.time.advance(seconds(1));
				assertThat(cleanUp.isCancelled()).isTrue();
			}
		}
	}

	@Test
	void gapBetweenTwoShieldsIsACancellationPoint() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.none())) {
			parent.cancel();

			this.scopes.run(ScopeOptions.none().shield(), CancelScope::check);
			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(this.scopes::check);
			this.scopes.run(ScopeOptions.none().shield(), CancelScope::check);
		}
	}

	@Test
	void onlyTheShieldedBranchIsProtected() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.none())) {
			OpenScope shielded = openIn(parent, this.scopes, ScopeOptions.none().shield());
			OpenScope other = openIn(parent, this.scopes, ScopeOptions.none());

			parent.cancel();

			assertThat(shielded.isCancelled()).isFalse();
			assertThat(other.isCancelled()).isTrue();
		}
	}

	@Test
	void scopeCancelledInsideAShieldEndsAlone() {
		try (OpenScope shielded = this.scopes.open(ScopeOptions.none().shield());
				OpenScope inner = this.scopes.open(ScopeOptions.none())) {
			inner.cancel();

			assertThat(inner.isCancelled()).isTrue();
			assertThat(shielded.isCancelled()).isFalse();
		}
	}

	@Test
	void detachedScopeSharesNothingWithTheOneAround() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(1)).bubble());
				OpenScope detached = this.scopes.open(ScopeOptions.none().detached())) {
			assertThat(detached.remaining()).isEmpty();

			detached.cancel();

			assertThat(parent.isCancelled()).isFalse();
		}
	}

}
