package io.cancelscope;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Exceptions that don't tell their cause, or take none: a region that ends with one ends,
 * and what a factory makes of one is known as ours all the same.
 */
@Timeout(60)
@ExtendWith({ ThreadStaysClean.class, JvmErrorsFail.class })
class OddExceptionTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	/** Its cause comes from something that is gone. */
	private static final class Untellable extends RuntimeException {

		private static final long serialVersionUID = 1;

		private final Sneaky getter;

		Untellable(Sneaky getter) {
			super("untellable");
			this.getter = getter;
		}

		@Override
		public synchronized Throwable getCause() {
			throw this.getter.raise();
		}

	}

	private static final class UntellableStage extends CompletionException {

		private static final long serialVersionUID = 1;

		UntellableStage() {
			super("untellable");
		}

		@Override
		public synchronized Throwable getCause() {
			throw new IllegalStateException("on purpose");
		}

	}

	/** Takes no cause, in its own way. */
	private static final class Causeless extends RuntimeException {

		private static final long serialVersionUID = 1;

		private final Sneaky setter;

		Causeless(Sneaky setter) {
			super("causeless");
			this.setter = setter;
		}

		@Override
		public synchronized Throwable initCause(Throwable cause) {
			throw this.setter.raise();
		}

	}

	/** Takes neither a cause nor a suppressed one. */
	private static final class Closed extends RuntimeException {

		private static final long serialVersionUID = 1;

		Closed() {
			super("closed", null, false, true);
		}

	}

	/** Without the library's look at the cause, which JUnit would take, too. */
	private static void assertSame(Throwable arrived, Throwable thrown) {
		assertThat(arrived == thrown).as("the same exception arrives").isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void regionThatEndsWithOneIsOver(Sneaky getter) {
		Untellable thrown = new Untellable(getter);
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("scope"))) {
			Throwable arrived = catchThrowable(() -> scope.interruptibly((inside) -> {
				throw thrown;
			}));

			Elsewhere.run(scope::cancel);

			assertSame(arrived, thrown);
			assertThat(ScopeStack.cell()[0]).isSameAs(scope);
			assertThat(Thread.currentThread().isInterrupted()).as("interrupted, though outside").isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource
	void scopeThatInterruptsEndsWithOne(Sneaky getter) {
		Untellable thrown = new Untellable(getter);

		Throwable arrived = catchThrowable(() -> this.scopes.run(ScopeOptions.none().interrupt(), (scope) -> {
			throw thrown;
		}));

		assertSame(arrived, thrown);
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@ParameterizedTest
	@EnumSource
	void workOfAScopeThatInterruptsEndsWithOne(Sneaky getter) {
		Untellable thrown = new Untellable(getter);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none().interrupt());

		Throwable arrived = catchThrowable(scope.wrap((Runnable) () -> {
			throw thrown;
		})::run);

		assertSame(arrived, thrown);
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void futureOfAStageThatFailsWithOneEnds() {
		CompletableFuture<String> stage = new CompletableFuture<>();
		CompletableFuture<String> future = this.scopes.callAsync(ScopeOptions.none(), (scope) -> stage);

		stage.completeExceptionally(new UntellableStage());

		assertThat(future.isCompletedExceptionally()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void factorysExceptionThatCannotTellItsCauseIsOurs(Sneaky getter) {
		Untellable made = new Untellable(getter);
		try (OpenScope scope = this.scopes.open(ScopeOptions.none().exception((reason) -> made))) {
			scope.cancel();

			Throwable arrived = catchThrowable(scope::check);

			assertSame(arrived, made);
			assertThat(ScopeCancelledException.findIn(arrived) != null).as("known as ours").isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource
	void factorysExceptionThatTakesNoCauseIsOurs(Sneaky setter) {
		Causeless made = new Causeless(setter);
		try (OpenScope scope = this.scopes.open(ScopeOptions.none().exception((reason) -> made))) {
			scope.cancel();

			Throwable arrived = catchThrowable(scope::check);

			assertSame(arrived, made);
			assertThat(ScopeCancelledException.findIn(arrived)).isNotNull();
		}
	}

	@Test
	void oursIsThrownWhereTheFactorysCouldNotBeKnown() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none().exception((reason) -> new Closed()))) {
			scope.cancel();

			Throwable arrived = catchThrowable(scope::check);

			assertThat(arrived).isInstanceOf(ScopeCancelledException.class);
			assertThat(arrived.getSuppressed()).singleElement()
				.asString()
				.contains("accepts neither a cause nor a suppressed exception")
				.endsWith("Closed: closed");
		}
	}

}
