package io.cancelscope;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R14: the fallback of {@code callOrElse} runs only for what began in this very scope.
 */
@ExtendWith(ThreadStaysClean.class)
class MoveOnTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void fallbackFollowsTheScopesOwnDeadline() {
		String result = this.scopes.callOrElse(ScopeOptions.timeout(seconds(1)), (scope) -> {
			this.time.advance(seconds(1));
			scope.check();
			return "value";
		}, (reason) -> "fallback after " + reason.kind());

		assertThat(result).isEqualTo("fallback after DEADLINE");
	}

	@Test
	void fallbackFollowsTheScopesOwnCancel() {
		String result = this.scopes.callOrElse(ScopeOptions.none(), (scope) -> {
			scope.cancel("enough");
			scope.check();
			return "value";
		}, CancelReason::message);

		assertThat(result).isEqualTo("enough");
	}

	@Test
	void valueIsReturnedWithoutFallback() {
		String result = this.scopes.callOrElse(ScopeOptions.timeout(seconds(1)), (scope) -> {
			this.time.advance(seconds(2));
			return "late value";
		}, (reason) -> "fallback");

		assertThat(result).isEqualTo("late value");
	}

	@Test
	void lateValueCheckedOnExitIsReplacedByTheFallback() {
		String result = this.scopes.callOrElse(ScopeOptions.timeout(seconds(1)).checkOnExit(), (scope) -> {
			this.time.advance(seconds(2));
			return "late value";
		}, (reason) -> "fallback");

		assertThat(result).isEqualTo("fallback");
	}

	@Test
	void fallbackRunsInTheScopeAround() {
		String result = this.scopes.call(ScopeOptions.named("around"), (around) -> this.scopes
			.callOrElse(ScopeOptions.named("inner"), this::cancelAndCheck, (reason) -> this.scopes.current().name()));

		assertThat(result).isEqualTo("around");
	}

	@Test
	void cancelOfAnAncestorPasses() {
		Throwable thrown = catchThrowable(() -> this.scopes.run(ScopeOptions.named("outer"),
				(outer) -> this.scopes.callOrElse(ScopeOptions.named("inner"), (inner) -> {
					outer.cancel();
					inner.check();
					return "value";
				}, this::fallback)));

		assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void ofTwoCancelledTheOutermostDecides() {
		String result = this.scopes.callOrElse(ScopeOptions.named("outer"), (outer) -> {
			this.scopes.callOrElse(ScopeOptions.named("inner"), (inner) -> {
				inner.cancel();
				outer.cancel("outer");
				outer.check();
				return "value";
			}, this::fallback);
			return "went on";
		}, CancelReason::message);

		assertThat(result).isEqualTo("outer");
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void ancestorCancelledWhileTheExceptionUnwindsStopsTheFallback() {
		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> this.scopes.run(ScopeOptions.none(),
				(outer) -> this.scopes.callOrElse(ScopeOptions.none(), (inner) -> {
					try {
						return cancelAndCheck(inner);
					}
					finally {
						outer.cancel();
					}
				}, this::fallback)));

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void ancestorWhoseDeadlinePassedWhileUnwindingStopsTheFallback() {
		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(() -> this.scopes
			.run(ScopeOptions.timeout(seconds(1)), (outer) -> this.scopes.callOrElse(ScopeOptions.none(), (inner) -> {
				inner.cancel();
				this.time.advance(seconds(1));
				inner.check();
				return "value";
			}, this::fallback)));

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void ancestorBehindAShieldDoesNotStopTheFallback() {
		String result = this.scopes.call(ScopeOptions.none(),
				(outer) -> this.scopes.callOrElse(ScopeOptions.none().shield(), (inner) -> {
					outer.cancel();
					return cancelAndCheck(inner);
				}, (reason) -> "fallback"));

		assertThat(result).isEqualTo("fallback");
	}

	@Test
	void tiedDeadlineIsHandledByTheOuterScope() {
		Deadline same = Deadline.after(seconds(1), this.time);

		String result = this.scopes.callOrElse(ScopeOptions.none().withDeadline(same), (outer) -> {
			this.scopes.callOrElse(ScopeOptions.none().withDeadline(same), (inner) -> {
				this.time.advance(seconds(1));
				inner.check();
				return "value";
			}, this::fallback);
			return "went on";
		}, (reason) -> "outer");

		assertThat(result).isEqualTo("outer");
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void unrelatedExceptionOfACancelledScopePasses() {
		IllegalStateException unrelated = new IllegalStateException("unrelated");

		Throwable thrown = catchThrowable(() -> this.scopes.callOrElse(ScopeOptions.none(), (scope) -> {
			scope.cancel();
			throw unrelated;
		}, this::fallback));

		assertThat(thrown).isSameAs(unrelated);
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void exceptionOfAnotherScopePasses() {
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		other.cancel();

		Throwable thrown = catchThrowable(() -> this.scopes.callOrElse(ScopeOptions.none(), (scope) -> {
			other.check();
			return "value";
		}, this::fallback));

		assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void cancelThatBubbledUpFromAChildPasses() {
		Throwable thrown = catchThrowable(() -> this.scopes.callOrElse(ScopeOptions.named("outer").bubble(),
				(outer) -> this.scopes.call(ScopeOptions.named("child"), this::cancelAndCheck), this::fallback));

		assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void exceptionOfAFactoryIsRecognised() {
		RuntimeException cause = new RuntimeException("has a cause already");

		String result = this.scopes.callOrElse(
				ScopeOptions.none().exception((reason) -> new IllegalStateException("made by a factory", cause)),
				this::cancelAndCheck, (reason) -> "fallback");

		assertThat(result).isEqualTo("fallback");
	}

	@Test
	void exceptionOfAFactoryIsRecognisedBehindThatOfAnotherScope() {
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		other.cancel();
		Throwable foreign = catchThrowable(other::check);

		String result = this.scopes.callOrElse(
				ScopeOptions.none().exception((reason) -> new IllegalStateException(reason.cause())), (scope) -> {
					scope.cancel("the other one failed", foreign);
					scope.check();
					return "value";
				}, (reason) -> "fallback");

		assertThat(result).isEqualTo("fallback");
	}

	@Test
	void exceptionWrappedByALibraryIsRecognised() {
		String result = this.scopes.callOrElse(ScopeOptions.none(), (scope) -> {
			try {
				return cancelAndCheck(scope);
			}
			catch (ScopeCancelledException ex) {
				throw new IllegalStateException("wrapped", ex);
			}
		}, (reason) -> "fallback");

		assertThat(result).isEqualTo("fallback");
	}

	@Test
	void nextScopeAfterMovingOnIsClean() {
		this.scopes.callOrElse(ScopeOptions.none(), this::cancelAndCheck, (reason) -> "fallback");

		String result = this.scopes.callOrElse(ScopeOptions.none(), (scope) -> {
			scope.check();
			return "value";
		}, (reason) -> "fallback");

		assertThat(result).isEqualTo("value");
	}

	@Test
	void failureIsNoReasonToMoveOn() {
		Throwable thrown = catchThrowable(() -> this.scopes.callOrElse(ScopeOptions.named("x"), (scope) -> {
			throw new IllegalStateException("broken");
		}, (reason) -> {
			assertThat(reason.kind()).isNotEqualTo(Kind.FAILED);
			return "fallback";
		}));

		assertThat(thrown).isInstanceOf(IllegalStateException.class);
	}

	@Test
	void nullIsNamed() {
		assertThatNullPointerException().isThrownBy(() -> this.scopes.callOrElse(ScopeOptions.none(), null, null))
			.withMessage("operation");
		assertThatNullPointerException()
			.isThrownBy(() -> this.scopes.callOrElse(ScopeOptions.none(), (scope) -> "value", null))
			.withMessage("fallback");
	}

	private String cancelAndCheck(CancelScope scope) {
		scope.cancel();
		scope.check();
		return "value";
	}

	private String fallback(CancelReason reason) {
		this.trail.add("fallback for " + reason.origin());
		return "fallback";
	}

	@Test
	void exceptionThatPassesCancelsTheScopeForWhatStillRunsBelow() {
		java.util.concurrent.atomic.AtomicReference<CancelScope> seen = new java.util.concurrent.atomic.AtomicReference<>();

		org.assertj.core.api.Assertions.assertThatIllegalStateException()
			.isThrownBy(() -> CancelScopes.create().callOrElse(ScopeOptions.named("quote"), (scope) -> {
				seen.set(scope);
				throw new IllegalStateException("broken");
			}, (reason) -> "fallback"));

		assertThat(seen.get().reason().orElseThrow().kind()).isEqualTo(CancelReason.Kind.FAILED);
	}

}
