package io.cancelscope;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A call that nothing can stop, and that ends in time.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class AbandonableTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void valueInTimeIsReturned() {
		String value = this.scopes.call(ScopeOptions.timeout(seconds(1)),
				(scope) -> scope.abandonable((inside) -> "value", this.trail.adding("late")));

		assertThat(value).isEqualTo("value");
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void nullIsAValue() {
		Object value = this.scopes.<Object, RuntimeException>call(ScopeOptions.none(),
				(scope) -> scope.abandonable((inside) -> null, this.trail.adding("late")));

		assertThat(value).isNull();
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void callRunsOnADaemonThreadOfTheLibrarysInsideTheScope() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("lookup"))) {
			Thread thread = scope.abandonable((inside) -> {
				assertThat(inside).isSameAs(scope).isSameAs(CancelScope.current());
				return Thread.currentThread();
			}, this.trail.adding("late"));

			assertThat(thread).isNotSameAs(Thread.currentThread());
			assertThat(thread.isDaemon()).isTrue();
			assertThat(thread.getName()).startsWith("cancel-scope-abandonable");
		}
	}

	@Test
	void nextCallOnThatThreadFindsNothingOfTheLastOne() {
		for (int i = 0; i < 20; i++) {
			try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
				Throwable thrown = catchThrowable(() -> scope.abandonable((inside) -> {
					Thread.currentThread().interrupt();
					return this.scopes.open(ScopeOptions.named("left open"));
				}, this.trail.adding("late")));
				assertThat(thrown).isInstanceOf(IllegalStateException.class).hasMessageContaining("'left open'");
			}
			try (OpenScope scope = this.scopes.open(ScopeOptions.named("next"))) {
				assertThat(scope.<String, RuntimeException>abandonable(
						(inside) -> CancelScope.current().name() + Thread.currentThread().isInterrupted(),
						this.trail.adding("late")))
					.isEqualTo("nextfalse");
			}
		}
	}

	static Stream<Throwable> failures() {
		return Stream.of(new IOException("checked"), new IllegalStateException("unchecked"),
				new AssertionError("error"), new CompletionException("wrapper", new IOException("inside")),
				new ExecutionException("wrapper", new IOException("inside")), new CompletionException("no cause", null),
				new CancellationException("of a future"), new InterruptedException("of the call's thread"));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void exceptionInTimePassesUnchanged(Throwable failure) {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			Throwable thrown = catchThrowable(() -> scope.abandonable((inside) -> {
				throw Sneaky.raise(failure);
			}, this.trail.adding("late")));

			assertThat(thrown).isSameAs(failure);
			assertThat(thrown.getSuppressed()).isEmpty();
			assertThat(scope.isCancelled()).isFalse();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void checkedExceptionIsDeclaredByTheCall() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.<String, IOException>abandonable((inside) -> {
				throw new IOException("declared");
			}, this.trail.adding("late"));
		}
		catch (IOException ex) {
			this.trail.add(ex.getMessage());
		}

		assertThat(this.trail.words()).containsExactly("declared");
	}

	@Test
	void exceptionOfTheScopeThatTheCallMakesPasses() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			Throwable thrown = catchThrowable(() -> scope.abandonable((inside) -> {
				inside.cancel("by the call");
				throw inside.exception();
			}, this.trail.adding("late")));

			assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
			assertThat(scope.isCauseOf(thrown)).isTrue();
		}
	}

	@Test
	void cancelledScopeDoesNotBegin() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			this.time.advance(seconds(1));

			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> scope.abandonable((inside) -> begin(), this.trail.adding("late")));
		}
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void scopeThatHasClosedInTimeStillCalls() {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(1)));
		scope.close();
		this.time.advance(seconds(1));

		String current = scope.abandonable((inside) -> CancelScope.current().name(), this.trail.adding("late"));

		assertThat(current).isEqualTo("root");
	}

	@Test
	void rootCallsOnTheCallingThread() throws IOException {
		Thread thread = CancelScope.current()
			.<Thread, IOException>abandonable((inside) -> Thread.currentThread(), this.trail.adding("late"));

		assertThat(thread).isSameAs(Thread.currentThread());
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void whoHasItsValueIsCountedNoMore() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			for (int i = 0; i < 1000; i++) {
				int inside = scope.abandonable((running) -> this.scopes.abandonableCalls().running(),
						this.trail.adding("late"));

				assertThat(inside).isPositive();
				assertThat(this.scopes.abandonableCalls().running()).isLessThan(inside);
			}
		}
		assertThat(this.scopes.abandonableCalls().limit()).isEqualTo(64);
	}

	@Test
	void nullIsNamed() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			for (CancelScope one : new CancelScope[] { scope, RootScope.INSTANCE }) {
				assertThatNullPointerException().isThrownBy(() -> one.abandonable(null, this.trail.adding("late")))
					.withMessage("operation");
				assertThatNullPointerException().isThrownBy(() -> one.abandonable((inside) -> "value", null))
					.withMessage("late");
			}
		}
	}

	private String begin() {
		this.trail.add("begun");
		return "value";
	}

}
