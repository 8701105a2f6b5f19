package io.cancelscope.spring;

import java.io.IOException;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The failure of a library goes with the exception that is thrown in its place.
 */
class ScopeFailuresTests {

	private final CancelScopes scopes = CancelScopes.create();

	private final IOException failure = new IOException("closed");

	@Test
	void failureBecomesTheCauseOfTheScopesException() {
		RuntimeException own = exceptionOf(ScopeOptions.none());

		assertThat(ScopeFailures.attach(own, this.failure)).isSameAs(own).hasCause(this.failure);
	}

	@Test
	void failureIsSuppressedWhereTheCancellationHasACauseAlready() {
		IllegalStateException cause = new IllegalStateException("no seats");
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		scope.cancel("no seats", cause);

		RuntimeException own = ScopeFailures.attach(scope.exception(), this.failure);

		assertThat(own).hasCause(cause).hasSuppressedException(this.failure);
		scope.close();
	}

	@Test
	void failureIsAttachedToOurExceptionBehindTheOneOfAFactory() {
		RuntimeException own = exceptionOf(
				ScopeOptions.none().exception((ours) -> new IllegalStateException("sold out")));

		ScopeFailures.attach(own, this.failure);

		assertThat(own).hasMessage("sold out").hasRootCause(this.failure);
		assertThat(own.getCause()).isInstanceOf(ScopeCancelledException.class);
	}

	@Test
	void failureIsAttachedToOurExceptionBesideTheCauseOfAFactorysException() {
		IllegalArgumentException cause = new IllegalArgumentException("row 7");
		RuntimeException own = exceptionOf(
				ScopeOptions.none().exception((ours) -> new IllegalStateException("sold out", cause)));

		ScopeFailures.attach(own, this.failure);

		assertThat(own).hasCause(cause);
		assertThat(ScopeCancelledException.findIn(own)).isNotNull().hasCause(this.failure);
	}

	@Test
	void checkedExceptionIsThrownAsItIs() {
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> ScopeFailures.<RuntimeException>sneakyThrow(this.failure))
			.isSameAs(this.failure);
	}

	private RuntimeException exceptionOf(ScopeOptions options) {
		OpenScope scope = this.scopes.openUnbound(options);
		scope.cancel();
		RuntimeException exception = scope.exception();
		scope.close();
		return exception;
	}

}
