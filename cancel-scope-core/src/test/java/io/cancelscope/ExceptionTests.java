package io.cancelscope;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.concurrent.CancellationException;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * R8 and R9: what a check throws, and how it travels.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class ExceptionTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	@Test
	void messageNamesScopeBudgetAndOrigin() {
		ScopeOptions request = ScopeOptions.named("GET /quotes").withTimeout(Duration.ofMillis(500));
		ScopeOptions quote = ScopeOptions.named("QuoteService.best").withTimeout(Duration.ofMillis(800));
		try (OpenScope outer = this.scopes.open(request); OpenScope inner = this.scopes.open(quote)) {
			this.time.advance(seconds(1));

			assertThat(catchThrowable(inner::check)).isExactlyInstanceOf(DeadlineExceededException.class)
				.hasMessage("scope 'QuoteService.best' (800ms) exceeded its deadline, set by 'GET /quotes'");
			assertThat(catchThrowable(outer::check)).hasMessage("scope 'GET /quotes' (500ms) exceeded its deadline");
		}
	}

	@Test
	void messageOfACancelTellsWhy() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
				OpenScope inner = this.scopes.open(ScopeOptions.named("inner"))) {
			outer.cancel("the client is gone");

			assertThat(catchThrowable(outer::check)).isExactlyInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'outer' was cancelled: the client is gone");
			assertThat(catchThrowable(inner::check))
				.hasMessage("scope 'inner' was cancelled, along with 'outer': the client is gone");
		}
	}

	@Test
	void exceptionKnowsTheReasonAndTheScope() {
		RuntimeException cause = new RuntimeException("cause");
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
				OpenScope inner = this.scopes.open(ScopeOptions.named("inner"))) {
			outer.cancel("enough", cause);

			ScopeCancelledException thrown = catchThrowableOfType(ScopeCancelledException.class, inner::check);

			assertThat(thrown.scope()).isEqualTo("inner");
			assertThat(thrown.reason()).isEqualTo(new CancelReason(Kind.REQUESTED, "enough", cause, "outer"));
			assertThat(thrown).hasCause(cause);
		}
	}

	@Test
	void checkThrowsEveryTimeAndAFreshOne() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel();

			Throwable first = catchThrowable(scope::check);
			Throwable second = catchThrowable(scope::check);

			assertThat(first).isInstanceOf(ScopeCancelledException.class).isNotSameAs(second);
			assertThat(second).isInstanceOf(ScopeCancelledException.class);
		}
	}

	@Test
	void ourExceptionIsNoCancellationException() {
		assertThat(CancellationException.class.isAssignableFrom(ScopeCancelledException.class)).isFalse();
		assertThat(ScopeCancelledException.class).isAssignableFrom(DeadlineExceededException.class);
	}

	@Test
	void factoryOfTheScopeMakesTheException() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("s").exception(TooSlow::new))) {
			scope.cancel("enough");

			TooSlow first = catchThrowableOfType(TooSlow.class, scope::check);
			TooSlow second = catchThrowableOfType(TooSlow.class, scope::check);

			assertThat(first).isNotSameAs(second).hasMessage("enough");
			assertThat(first.getCause()).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 's' was cancelled: enough");
		}
	}

	@Test
	void factoryMakesItsExceptionOfOurs() {
		ScopeOptions options = ScopeOptions.named("s")
			.withTimeout(seconds(1))
			.exceptionFrom((ours) -> new IllegalStateException(ours.getMessage(), ours));
		try (OpenScope scope = this.scopes.open(options)) {
			this.time.advance(seconds(1));

			assertThatIllegalStateException().isThrownBy(scope::check)
				.withMessage("scope 's' (1s) exceeded its deadline")
				.withCauseInstanceOf(DeadlineExceededException.class)
				.satisfies((theirs) -> assertThat(theirs).hasNoSuppressedExceptions());
		}
	}

	@Test
	void nearestFactoryCounts() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.none().exception((reason) -> new TooSlow("outer")));
				OpenScope middle = this.scopes.open(ScopeOptions.none().exception((reason) -> new TooSlow("middle")));
				OpenScope inner = this.scopes.open(ScopeOptions.none())) {
			outer.cancel();

			assertThat(catchThrowable(inner::check)).hasMessage("middle");
			assertThat(catchThrowable(middle::check)).hasMessage("middle");
			assertThat(catchThrowable(outer::check)).hasMessage("outer");
		}
	}

	@Test
	void factorysExceptionWithACauseCarriesOursSuppressed() {
		RuntimeException cause = new RuntimeException("its own");
		try (OpenScope scope = this.scopes.open(ScopeOptions.none().exception((reason) -> new TooSlow(cause)))) {
			scope.cancel();

			TooSlow thrown = catchThrowableOfType(TooSlow.class, scope::check);

			assertThat(thrown).hasCause(cause);
			assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(ScopeCancelledException.class);
			assertThat(ScopeCancelledException.findIn(thrown)).isNotNull();
		}
	}

	@Test
	void factorysExceptionAboutAnotherScopesCarriesOursToo() {
		RuntimeException foreign = exceptionOfAnotherScope();
		ScopeOptions options = ScopeOptions.named("mine").exception((reason) -> new TooSlow(reason.cause()));
		try (OpenScope scope = this.scopes.open(options)) {
			scope.cancel("enough", foreign);

			TooSlow thrown = catchThrowableOfType(TooSlow.class, scope::check);

			assertThat(thrown).hasCause(foreign);
			assertThat(thrown.getSuppressed()).singleElement()
				.isInstanceOfSatisfying(ScopeCancelledException.class,
						(ours) -> assertThat(ours.scope()).isEqualTo("mine"));
		}
	}

	private RuntimeException exceptionOfAnotherScope() {
		try (OpenScope other = this.scopes.open(ScopeOptions.named("other").detached())) {
			other.cancel();
			return catchThrowableOfType(ScopeCancelledException.class, other::check);
		}
	}

	@Test
	void factoryThatFailsOrReturnsNullLeavesOurs() {
		RuntimeException broken = new RuntimeException("factory");
		ScopeOptions failing = ScopeOptions.none().exception((reason) -> {
			throw broken;
		});
		try (OpenScope scope = this.scopes.open(failing)) {
			scope.cancel();
			Throwable thrown = catchThrowable(scope::check);
			assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
			assertThat(thrown.getSuppressed()).containsExactly(broken);
		}
		try (OpenScope scope = this.scopes.open(ScopeOptions.none().exception((reason) -> null))) {
			scope.cancel();
			Throwable thrown = catchThrowable(scope::check);
			assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
			assertThat(thrown.getSuppressed()).singleElement()
				.asString()
				.contains("The exception factory of scope 'unnamed' returned null");
		}
	}

	@Test
	void reasonOfAnExpiryNamesTheBudget() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(Duration.ZERO))) {
			assertThat(scope.reason()).map(CancelReason::message).contains("the budget of 0s is used up");
		}
		Deadline past = Deadline.after(Duration.ZERO, this.time);
		try (OpenScope scope = this.scopes.open(ScopeOptions.none().withDeadline(past))) {
			assertThat(scope.reason()).map(CancelReason::message).contains("the deadline has passed");
		}
	}

	@Test
	void sharedExceptionOfAFactoryDoesNotGrow() {
		TooSlow shared = new TooSlow(new RuntimeException("its own"));
		try (OpenScope scope = this.scopes.open(ScopeOptions.none().exception((reason) -> shared))) {
			scope.cancel();

			for (int i = 0; i < 10; i++) {
				assertThat(catchThrowable(scope::check)).isSameAs(shared);
			}

			assertThat(shared.getSuppressed()).hasSize(1);
		}
	}

	@Test
	void exceptionOfACheckPassesEveryBoundaryUnchanged() {
		Throwable[] thrown = new Throwable[1];

		Throwable arrived = catchThrowable(() -> this.scopes.run(ScopeOptions.named("a"),
				(a) -> this.scopes.run(ScopeOptions.named("b").exception(TooSlow::new), (b) -> {
					a.cancel();
					thrown[0] = catchThrowable(this.scopes::check);
					throw (RuntimeException) thrown[0];
				})));

		assertThat(arrived).isSameAs(thrown[0]);
		assertThat(arrived.getSuppressed()).isEmpty();
	}

	@Test
	void exceptionOfTheBodyPassesACancelledScopeUnchanged() {
		Exception unrelated = new Exception("checked and unrelated");

		Throwable arrived = catchThrowable(() -> this.scopes.call(ScopeOptions.none().checkOnExit(), (scope) -> {
			scope.cancel();
			throw unrelated;
		}));

		assertThat(arrived).isSameAs(unrelated);
	}

	@Test
	void lookAlikeOfTheBodyIsNotOurs() {
		CancellationException lookAlike = new CancellationException("not ours");

		assertThatExceptionOfType(CancellationException.class)
			.isThrownBy(() -> this.scopes.callOrElse(ScopeOptions.none(), (scope) -> {
				throw lookAlike;
			}, (reason) -> "fallback"))
			.isSameAs(lookAlike);
	}

	@Test
	void findInLooksThroughCausesAlone() {
		ScopeCancelledException ours = (ScopeCancelledException) exceptionOfAnotherScope();
		Exception suppressing = new Exception("outer");
		suppressing.addSuppressed(new RuntimeException(ours));
		Exception circular = new Exception("circle");
		circular.initCause(new Exception(circular));

		assertThat(ScopeCancelledException.findIn(ours)).isSameAs(ours);
		assertThat(ScopeCancelledException.findIn(new RuntimeException(new Exception(ours)))).isSameAs(ours);
		assertThat(ScopeCancelledException.findIn(suppressing)).isNull();
		assertThat(ScopeCancelledException.findIn(circular)).isNull();
		assertThat(ScopeCancelledException.findIn(null)).isNull();
	}

	@Test
	void exceptionCanBeSerialized() throws Exception {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("s").withTimeout(seconds(1)))) {
			this.time.advance(seconds(1));
			DeadlineExceededException thrown = catchThrowableOfType(DeadlineExceededException.class, scope::check);

			DeadlineExceededException copy = (DeadlineExceededException) copyOf(thrown);

			assertThat(copy).hasMessage(thrown.getMessage());
			assertThat(copy.reason()).isEqualTo(thrown.reason());
			assertThat(copy.scope()).isEqualTo("s");
			assertThat(copy.budget()).contains(seconds(1));
		}
	}

	private static Object copyOf(Object original) throws Exception {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(original);
		}
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
			return in.readObject();
		}
	}

	private static final class TooSlow extends RuntimeException {

		private static final long serialVersionUID = 1L;

		TooSlow(CancelReason reason) {
			super(reason.message());
		}

		TooSlow(String message) {
			super(message);
		}

		TooSlow(Throwable cause) {
			super(cause);
		}

	}

}
