package io.cancelscope;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R11 and R14 for operations that end elsewhere than they began.
 */
@ExtendWith(ThreadStaysClean.class)
class UnboundEndTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final RuntimeException failure = new IllegalStateException("no such airport");

	@Test
	void failureCancelsTheScope() {
		try (OpenScope scope = this.scopes.openUnbound(ScopeOptions.none())) {
			scope.failed(this.failure);

			assertThat(scope.reason()).hasValueSatisfying((reason) -> {
				assertThat(reason.kind()).isEqualTo(CancelReason.Kind.FAILED);
				assertThat(reason.cause()).isSameAs(this.failure);
			});
			assertThat(scope.isCauseOf(this.failure)).isFalse();
		}
	}

	@Test
	void exemptFailureLeavesTheScopeAsItIs() {
		try (OpenScope scope = this.scopes.openUnbound(ScopeOptions.none().cancelOnException(false))) {
			scope.failed(this.failure);

			assertThat(scope.isCancelled()).isFalse();
		}
	}

	@Test
	void scopeIsTheCauseOfWhatItsOwnDeadlineStopped() {
		try (OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)))) {
			this.time.advance(seconds(1));
			Throwable thrown = catchThrowable(scope::check);

			assertThat(scope.isCauseOf(thrown)).isTrue();
			assertThat(scope.isCauseOf(this.failure)).isFalse();
		}
	}

	@Test
	void scopeIsNotTheCauseWhereAnAncestorIsCancelledToo() {
		try (OpenScope around = this.scopes.openUnbound(ScopeOptions.none());
				OpenScope scope = Scopes.openIn(around, this.scopes, ScopeOptions.timeout(seconds(1)))) {
			this.time.advance(seconds(1));
			Throwable thrown = catchThrowable(scope::check);
			around.cancel();

			assertThat(scope.isCauseOf(thrown)).isFalse();
		}
	}

	@Test
	void nullIsRefused() {
		try (OpenScope scope = this.scopes.openUnbound(ScopeOptions.none())) {
			assertThatNullPointerException().isThrownBy(() -> scope.failed(null)).withMessage("exception");
			assertThatNullPointerException().isThrownBy(() -> scope.isCauseOf(null)).withMessage("exception");
		}
	}

}
