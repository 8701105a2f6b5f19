package io.cancelscope;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R13: what becomes of a value that comes too late, and of a body that starts too late.
 */
@ExtendWith(ThreadStaysClean.class)
class LateResultTests {

	private final ManualTime time = new ManualTime();

	private final Trail trail = new Trail();

	private final CancelScopes scopes = Scopes.on(this.time);

	@Test
	void lateValueIsKept() {
		String result = this.scopes.call(ScopeOptions.timeout(seconds(1)), this::lateValue);

		assertThat(result).isEqualTo("late");
	}

	@Test
	void valueAfterASwallowedExceptionIsKept() {
		String result = this.scopes.call(ScopeOptions.none(), (scope) -> {
			scope.cancel();
			assertThat(catchThrowable(scope::check)).isNotNull();
			return "value";
		});

		assertThat(result).isEqualTo("value");
	}

	@Test
	void checkOnExitThrowsALateValueAway() {
		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> this.scopes.call(ScopeOptions.timeout(seconds(1)).checkOnExit(), this::lateValue));
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> this.scopes
			.run(ScopeOptions.timeout(seconds(1)).checkOnExit(), (scope) -> this.time.advance(seconds(2))));
	}

	@Test
	void checkOnExitKeepsAValueInTime() {
		String result = this.scopes.call(ScopeOptions.timeout(seconds(1)).checkOnExit(), (scope) -> "in time");

		assertThat(result).isEqualTo("in time");
	}

	@Test
	void exceptionOfTheBodyWinsOverTheCheckOnExit() {
		IllegalStateException failure = new IllegalStateException("broken");

		Throwable thrown = catchThrowable(
				() -> this.scopes.run(ScopeOptions.timeout(seconds(1)).checkOnExit(), (scope) -> {
					this.time.advance(seconds(2));
					throw failure;
				}));

		assertThat(thrown).isSameAs(failure);
	}

	@Test
	void checkOnEnterThrowsBeforeTheBody() {
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(() -> this.scopes
			.run(ScopeOptions.timeout(seconds(0)).checkOnEnter(), (scope) -> this.trail.add("body")));

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void checkOnEnterLeavesNothingBehind() {
		this.scopes.run(ScopeOptions.named("parent").bubble(), (parent) -> {
			parent.cancel();
			ScopeOptions options = ScopeOptions.timeout(seconds(1)).checkOnEnter();

			assertThat(catchThrowable(() -> this.scopes.open(options))).isInstanceOf(ScopeCancelledException.class);
			assertThat(catchThrowable(() -> this.scopes.openUnbound(options)))
				.isInstanceOf(ScopeCancelledException.class);

			assertThat(this.scopes.current()).isSameAs(parent);
			assertThat(this.time.pending()).isZero();
		});
	}

	@Test
	void checkOnEnterLetsAnOpenScopeStart() {
		String result = this.scopes.call(ScopeOptions.timeout(seconds(1)).checkOnEnter(), (scope) -> "value");

		assertThat(result).isEqualTo("value");
	}

	private String lateValue(CancelScope scope) {
		this.time.advance(seconds(2));
		assertThat(scope.isCancelled()).isTrue();
		return "late";
	}

}
