package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.FutureTask;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

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
	@Timeout(60)
	void waitLastsUntilWhatWasCancelledHasClosed() throws Exception {
		OpenScope one = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope two = this.scopes.openUnbound(ScopeOptions.none());
		this.scopes.cancelAll(Kind.SHUTDOWN, "the application stops");
		FutureTask<Integer> waiting = new FutureTask<>(() -> this.scopes.awaitClosed(Duration.ofDays(1)));
		Thread waiter = new Thread(waiting);
		waiter.start();
		await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);

		two.close();
		assertThat(waiting).isNotDone();
		one.close();

		assertThat(waiting.get()).isZero();
	}

	@Test
	@Timeout(60)
	void waitThatIsTooShortTellsHowManyAreLeft() throws InterruptedException {
		OpenScope one = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope two = this.scopes.openUnbound(ScopeOptions.none());
		this.scopes.cancelAll(Kind.SHUTDOWN, "the application stops");

		assertThat(this.scopes.awaitClosed(Duration.ZERO)).isEqualTo(2);
		one.close();
		assertThat(this.scopes.awaitClosed(Duration.ofMillis(1))).isOne();
		two.close();
	}

	@Test
	@Timeout(60)
	void nobodyWaitsForWhatIsNotCancelled() throws InterruptedException {
		OpenScope later = this.scopes.openUnbound(ScopeOptions.none());

		assertThat(this.scopes.awaitClosed(Duration.ofDays(1))).isZero();
		later.close();
	}

	@Test
	void interruptEndsTheWait() {
		OpenScope open = this.scopes.openUnbound(ScopeOptions.none());
		open.cancel();
		Thread.currentThread().interrupt();

		assertThatExceptionOfType(InterruptedException.class)
			.isThrownBy(() -> this.scopes.awaitClosed(Duration.ofDays(1)));
		open.close();
	}

	@Test
	void nobodyAskedToRememberThem() {
		assertThatIllegalStateException()
			.isThrownBy(() -> CancelScopes.create().cancelAll(Kind.SHUTDOWN, "the application stops"))
			.withMessageContaining("rememberOpen()");
		assertThatIllegalStateException().isThrownBy(() -> CancelScopes.create().awaitClosed(Duration.ZERO))
			.withMessageContaining("rememberOpen()");
	}

	@Test
	void whatIsWrongIsNamed() {
		assertThatNullPointerException().isThrownBy(() -> this.scopes.cancelAll(null, "m")).withMessage("kind");
		assertThatNullPointerException().isThrownBy(() -> this.scopes.cancelAll(Kind.SHUTDOWN, null))
			.withMessage("message");
		assertThatIllegalArgumentException().isThrownBy(() -> this.scopes.cancelAll(Kind.DEADLINE, "m"));
		assertThatNullPointerException().isThrownBy(() -> this.scopes.awaitClosed(null)).withMessage("timeout");
	}

}
