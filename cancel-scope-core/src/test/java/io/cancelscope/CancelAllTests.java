package io.cancelscope;

import java.lang.ref.WeakReference;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Cancelling everything there is, as at the end of an application.
 */
@ExtendWith(ThreadStaysClean.class)
class CancelAllTests {

	private final CancelScopes scopes = CancelScopes.builder().rememberOpen().build();

	@Test
	void everythingThatIsOpenIsCancelled() {
		OpenScope one = this.scopes.openUnbound(ScopeOptions.named("one"));
		OpenScope below = openIn(one, this.scopes, ScopeOptions.none());
		OpenScope detached = openIn(one, this.scopes, ScopeOptions.none().detached());
		OpenScope two = this.scopes.openUnbound(ScopeOptions.named("two"));

		int cancelled = this.scopes.cancelAll(Kind.SHUTDOWN, "the application stops");

		assertThat(cancelled).isEqualTo(3);
		assertThat(two.reason()).hasValue(new CancelReason(Kind.SHUTDOWN, "the application stops", null, "two"));
		assertThat(below.reason()).get().extracting(CancelReason::origin).isEqualTo("one");
		assertThat(detached.isCancelled()).isTrue();
		assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "again")).isZero();
	}

	@Test
	void shieldedWorkGoesOn() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope shielded = openIn(parent, this.scopes, ScopeOptions.none().shield());

		this.scopes.cancelAll(Kind.SHUTDOWN, "the application stops");

		assertThat(shielded.isCancelled()).isFalse();
	}

	@Test
	void scopesThatClosedOrOpenLaterAreNotConcerned() {
		OpenScope closed = this.scopes.openUnbound(ScopeOptions.none());
		closed.close();

		assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the application stops")).isZero();

		assertThat(closed.isCancelled()).isFalse();
		this.scopes.run(ScopeOptions.none(), (later) -> assertThat(later.isCancelled()).isFalse());
	}

	@Test
	void scopesOfOthersAreNotConcerned() {
		OpenScope other = CancelScopes.builder().rememberOpen().build().openUnbound(ScopeOptions.none());

		assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the application stops")).isZero();

		assertThat(other.isCancelled()).isFalse();
	}

	@Test
	void scopeWithoutAParentOnAnothersTimeIsStillRemembered() {
		CancelScopes elsewhere = CancelScopes.builder().timeSource(new ManualTime()).build();

		elsewhere.run(ScopeOptions.none(), (around) -> this.scopes.run(ScopeOptions.none().detached(), (detached) -> {
			assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the application stops")).isOne();

			assertThat(detached.isCancelled()).isTrue();
			assertThat(around.isCancelled()).isFalse();
		}));
	}

	@Test
	@Timeout(60)
	void scopeThatWasNeverClosedIsNotKept() {
		WeakReference<OpenScope> forgotten = new WeakReference<>(this.scopes.openUnbound(ScopeOptions.none()));

		while (forgotten.get() != null) {
			System.gc();
			this.scopes.run(ScopeOptions.none(), CancelScope::check);
		}

		assertThat(this.scopes.cancelAll(Kind.SHUTDOWN, "the application stops")).isZero();
	}

	@Test
	void nobodyAskedToRememberThem() {
		assertThatIllegalStateException()
			.isThrownBy(() -> CancelScopes.create().cancelAll(Kind.SHUTDOWN, "the application stops"))
			.withMessageContaining("rememberOpen()");
	}

	@Test
	void whatIsWrongIsNamed() {
		assertThatNullPointerException().isThrownBy(() -> this.scopes.cancelAll(null, "m")).withMessage("kind");
		assertThatNullPointerException().isThrownBy(() -> this.scopes.cancelAll(Kind.SHUTDOWN, null))
			.withMessage("message");
		assertThatIllegalArgumentException().isThrownBy(() -> this.scopes.cancelAll(Kind.DEADLINE, "m"));
	}

}
