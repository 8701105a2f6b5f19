package io.cancelscope;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * One definition of "ours", by the chain of causes: what is only suppressed came on top
 * of a failure, and the failure counts.
 */
@ExtendWith(ThreadStaysClean.class)
class WhoseFailureTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private final IllegalStateException declined = new IllegalStateException("card declined");

	@Test
	void failureWhoseResourceIsClosedAfterTheDeadlineIsNotSwallowed() {
		Throwable thrown = catchThrowable(() -> this.scopes.callOrElse(ScopeOptions.timeout(seconds(1)),
				this::declineAndCloseLate, this::fallback));

		assertThat(thrown).isSameAs(this.declined);
		assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(DeadlineExceededException.class);
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void theSameWithAFactoryWhoseExceptionHoldsOursSuppressed() {
		ScopeOptions options = ScopeOptions.timeout(seconds(1))
			.exception((reason) -> new IllegalArgumentException("too slow", new RuntimeException("its own")));

		Throwable thrown = catchThrowable(
				() -> this.scopes.callOrElse(options, this::declineAndCloseLate, this::fallback));

		assertThat(thrown).isSameAs(this.declined);
		assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(IllegalArgumentException.class);
		assertThat(ScopeCancelledException.findIn(thrown)).isNull();
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void failureCausedByOneThatHoldsOursSuppressedIsAFailure() {
		Throwable thrown = catchThrowable(() -> this.scopes.callOrElse(ScopeOptions.timeout(seconds(1)), (scope) -> {
			try {
				return declineAndCloseLate(scope);
			}
			catch (IllegalStateException ex) {
				throw new RuntimeException("order failed", ex);
			}
		}, this::fallback));

		assertThat(thrown).hasMessage("order failed").hasCause(this.declined);
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void operationThatEndsElsewhereIsJudgedInTheSameWay() {
		try (OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)))) {
			Throwable thrown = catchThrowable(() -> declineAndCloseLate(scope));

			assertThat(scope.isCauseOf(thrown)).isFalse();
			assertThat(scope.isCauseOf(new RuntimeException("order failed", thrown))).isFalse();
			assertThat(scope.isCauseOf(thrown.getSuppressed()[0])).isTrue();
			assertThat(scope.isCauseOf(new RuntimeException(thrown.getSuppressed()[0]))).isTrue();
		}
	}

	@Test
	void waitForAFutureThatFailedWithOursOnlySuppressedThrowsItsFailure() {
		try (OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)))) {
			CompletableFuture<String> future = new CompletableFuture<>();
			Throwable failure = catchThrowable(() -> declineAndCloseLate(scope));
			future.completeExceptionally(failure);
			OpenScope waiting = this.scopes.openUnbound(ScopeOptions.none());

			Throwable thrown = catchThrowable(() -> waiting.await(future));

			assertThat(thrown).isInstanceOf(ExecutionException.class).hasCause(failure);
			waiting.close();
		}
	}

	@Test
	void exceptionOfAFactoryThatHadACauseIsOursAlsoWhenALibraryWrapsIt() {
		ScopeOptions options = ScopeOptions.timeout(seconds(1))
			.exception((reason) -> new IllegalArgumentException("too slow", new RuntimeException("its own")));

		String result = this.scopes.callOrElse(options, (scope) -> {
			this.time.advance(seconds(1));
			throw new RuntimeException("library", new RuntimeException("within", scope.exception()));
		}, this::fallback);

		assertThat(result).isEqualTo("fallback");
	}

	@Test
	void exceptionOfAFactoryThatBearsNothingSuppressedIsOursAllTheSame() {
		ScopeOptions options = ScopeOptions.timeout(seconds(1)).exception((reason) -> new WithoutStack());

		String result = this.scopes.callOrElse(options, (scope) -> {
			this.time.advance(seconds(1));
			scope.check();
			return "value";
		}, this::fallback);

		assertThat(result).isEqualTo("fallback");
	}

	@ParameterizedTest
	@ValueSource(ints = { 5, 20 })
	void sharedExceptionOfAFactoryIsOursForEachScope(int many) {
		RuntimeException shared = new IllegalArgumentException("too slow", new RuntimeException("its own"));
		ScopeOptions options = ScopeOptions.none().exception((reason) -> shared);

		for (int i = 0; i < many; i++) {
			String result = this.scopes.callOrElse(options, (scope) -> {
				scope.cancel();
				scope.check();
				return "value";
			}, this::fallback);
			assertThat(result).isEqualTo("fallback");
		}
	}

	@Test
	void oursAddedToAFactorysExceptionByHandIsNoMarkOfOurs() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel();
			RuntimeException byHand = new IllegalArgumentException("too slow", new RuntimeException("its own"));
			byHand.addSuppressed(scope.exception());

			assertThat(ScopeCancelledException.findIn(byHand)).isNull();
			assertThat(scope.isCauseOf(byHand)).isFalse();
		}
	}

	@Test
	void outermostOfTwoIsFound() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel();
			RuntimeException inner = scope.exception();
			OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other").shield());
			other.cancel("because of the first", inner);

			RuntimeException outer = other.exception();

			assertThat(ScopeCancelledException.findIn(new RuntimeException(outer))).isSameAs(outer);
			assertThat(outer).hasCause(inner);
			other.close();
		}
	}

	@Test
	void ringsAreNoTrapAndWhatIsOnTheWayInIsFound() {
		Exception first = new Exception("first");
		Exception second = new Exception("second", first);
		first.initCause(second);
		Exception suppressedRing = new Exception("ring");
		Exception member = new Exception("member");
		suppressedRing.addSuppressed(member);
		member.addSuppressed(suppressedRing);

		assertThat(ScopeCancelledException.findIn(first)).isNull();
		assertThat(ScopeCancelledException.findIn(suppressedRing)).isNull();
		assertThat(ScopeCancelledException.findIn(null)).isNull();
	}

	@Test
	void oursIsFoundFarDownAndAChainWithoutAnEndIsGivenUp() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel();
			Throwable deep = scope.exception();
			for (int i = 0; i < 50; i++) {
				deep = new RuntimeException("wrapper " + i, deep);
			}

			assertThat(ScopeCancelledException.findIn(deep)).isNotNull();
			assertThat(scope.isCauseOf(deep)).isTrue();
			assertThat(ScopeCancelledException.findIn(new Endless())).isNull();
		}
	}

	@Test
	void exceptionThatCannotSayItsCausePassesUnchanged() {
		RuntimeException hostile = new Hostile();

		Throwable thrown = catchThrowable(() -> this.scopes.callOrElse(ScopeOptions.none(), (scope) -> {
			scope.cancel();
			throw hostile;
		}, this::fallback));

		assertThat(thrown).isSameAs(hostile);
		assertThatCode(() -> ScopeCancelledException.findIn(hostile)).doesNotThrowAnyException();
	}

	/** Fails in time; what is closed then comes to a safe point after the deadline. */
	private String declineAndCloseLate(CancelScope scope) {
		AutoCloseable resource = () -> {
			this.time.advance(seconds(1));
			scope.check();
		};
		try (AutoCloseable opened = resource) {
			assertThat(opened).isNotNull();
			throw this.declined;
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	private String fallback(CancelReason reason) {
		this.trail.add("fallback");
		return "fallback";
	}

	/** As cheap as exceptions get: no stack, nothing suppressed, and no cause to come. */
	private static final class WithoutStack extends RuntimeException {

		private static final long serialVersionUID = 1L;

		WithoutStack() {
			super("too slow", null, false, false);
		}

	}

	/** A new cause each time somebody asks. */
	private static final class Endless extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public synchronized Throwable getCause() {
			return new Endless();
		}

	}

	/** A proxy whose session is closed, say. */
	private static final class Hostile extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public synchronized Throwable getCause() {
			throw new UnsupportedOperationException("no cause to be had");
		}

	}

}
