package io.cancelscope;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * {@code exception()} returns what {@code check()} would throw.
 */
@ExtendWith(ThreadStaysClean.class)
class OwnExceptionTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	@Test
	void itIsWhatACheckThrows() {
		RuntimeException cause = new RuntimeException("cause");
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("quote").withTimeout(seconds(1)))) {
			scope.cancel("enough", cause);

			RuntimeException returned = scope.exception();

			Throwable thrown = catchThrowable(scope::check);
			assertThat(returned).isExactlyInstanceOf(ScopeCancelledException.class)
				.hasMessage(thrown.getMessage())
				.hasCause(cause);
			assertThat(((ScopeCancelledException) returned).reason())
				.isSameAs(((ScopeCancelledException) thrown).reason());
			assertThat(scope.isCauseOf(returned)).isTrue();
		}
	}

	@Test
	void deadlineThatNobodyHasNoticedCounts() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("request").withTimeout(seconds(1)));
				OpenScope inner = this.scopes.open(ScopeOptions.named("quote"))) {
			this.time.advance(seconds(1));

			assertThat(inner.exception()).isExactlyInstanceOf(DeadlineExceededException.class)
				.hasMessage("scope 'quote' exceeded its deadline, set by 'request'");
			assertThat(outer.isCancelled()).isTrue();
		}
	}

	@Test
	void budgetIsThatOfTheScopeWhereTheCancellationBegan() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("request").withTimeout(seconds(1)));
				OpenScope inner = this.scopes.open(ScopeOptions.named("quote").withTimeout(seconds(3)))) {
			this.time.advance(seconds(1));

			ScopeCancelledException returned = ScopeCancelledException.findIn(inner.exception());

			assertThat(returned).isNotNull();
			assertThat(returned.reason().origin()).isEqualTo("request");
			assertThat(returned.budget()).contains(seconds(1));
			assertThat(outer.isCauseOf(returned)).isTrue();
		}
	}

	@Test
	void scopeWithoutATimeoutHasNoBudget() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("request"));
				OpenScope inner = this.scopes.open(ScopeOptions.named("quote").withTimeout(seconds(3)))) {
			outer.cancel();

			ScopeCancelledException returned = ScopeCancelledException.findIn(inner.exception());

			assertThat(returned).isNotNull();
			assertThat(returned.budget()).isEmpty();
		}
	}

	@Test
	void scopeKnowsWhetherCodeInsideWasToldOfACancellation() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("request").withTimeout(seconds(1)))) {
			try (OpenScope deaf = this.scopes.open(ScopeOptions.named("deaf"))) {
				this.time.advance(seconds(1));
				assertThat(deaf.isCancelled()).isTrue();
			}
			boolean before = outer.hasThrown();
			try (OpenScope inner = this.scopes.open(ScopeOptions.named("quote"))) {
				assertThat(catchThrowable(inner::check)).isInstanceOf(DeadlineExceededException.class);
				assertThat(inner.hasThrown()).isTrue();
			}

			assertThat(before).isFalse();
			assertThat(outer.hasThrown()).isTrue();
		}
	}

	@Test
	void itIsAFreshOneEachTime() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel();

			assertThat(scope.exception()).isNotSameAs(scope.exception());
		}
	}

	@Test
	void factoryMakesIt() {
		ScopeOptions options = ScopeOptions.none().exception((reason) -> new IllegalArgumentException("too slow"));
		try (OpenScope outer = this.scopes.open(options); OpenScope inner = this.scopes.open(ScopeOptions.none())) {
			outer.cancel();

			RuntimeException returned = inner.exception();

			assertThat(returned).isExactlyInstanceOf(IllegalArgumentException.class).hasMessage("too slow");
			assertThat(ScopeCancelledException.findIn(returned)).isNotNull();
		}
	}

	@Test
	void factoryThatFailsIsNoReasonToFail() {
		for (Sneaky what : Sneaky.values()) {
			ScopeOptions failing = ScopeOptions.none().exception((reason) -> {
				throw what.raise();
			});
			try (OpenScope scope = this.scopes.open(failing)) {
				scope.cancel();

				assertThat(scope.exception()).isExactlyInstanceOf(ScopeCancelledException.class);
			}
		}
	}

	@Test
	void closedScopeThatWasCancelledStillHasOne() {
		OpenScope scope = this.scopes.open(ScopeOptions.named("quote"));
		scope.cancel("enough");
		scope.close();

		assertThat(scope.exception()).hasMessage("scope 'quote' was cancelled: enough");
	}

	@Test
	void scopeThatIsNotCancelledHasNone() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("quote"))) {
			assertThatIllegalStateException().isThrownBy(scope::exception)
				.withMessageContainingAll("'quote'", "not cancelled", "isCancelled()");
		}
	}

	@Test
	void closedScopeThatWasNotCancelledHasNone() {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)));
		scope.close();
		this.time.advance(seconds(2));

		assertThatIllegalStateException().isThrownBy(scope::exception);
	}

	@Test
	void rootHasNone() {
		assertThatIllegalStateException().isThrownBy(CancelScope.current()::exception)
			.withMessageContainingAll("'root'", "not cancelled");
	}

}
