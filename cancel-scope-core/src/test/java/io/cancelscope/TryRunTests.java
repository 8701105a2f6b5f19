package io.cancelscope;

import java.io.IOException;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * {@code tryRun}: whether the code ran to its end, or its own scope stopped it.
 */
@ExtendWith(ThreadStaysClean.class)
class TryRunTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void trueWhereTheCodeRanToItsEnd() {
		boolean ran = this.scopes.tryRun(ScopeOptions.timeout(seconds(1)), (scope) -> this.trail.add(scope.name()));

		assertThat(ran).isTrue();
		assertThat(this.trail.words()).containsExactly("unnamed");
	}

	@Test
	void trueWhereTheEndCameTooLate() {
		boolean ran = this.scopes.tryRun(ScopeOptions.timeout(seconds(1)), (scope) -> this.time.advance(seconds(2)));

		assertThat(ran).isTrue();
	}

	@Test
	void falseWhereTheEndCameTooLateAndIsCheckedOnExit() {
		boolean ran = this.scopes.tryRun(ScopeOptions.timeout(seconds(1)).checkOnExit(),
				(scope) -> this.time.advance(seconds(2)));

		assertThat(ran).isFalse();
	}

	@Test
	void falseWhereItsOwnDeadlineStoppedIt() {
		boolean ran = this.scopes.tryRun(ScopeOptions.timeout(seconds(1)), (scope) -> {
			this.time.advance(seconds(1));
			scope.check();
		});

		assertThat(ran).isFalse();
	}

	@Test
	void falseWhereItWasCancelledByHand() {
		boolean ran = this.scopes.tryRun(ScopeOptions.none(), (scope) -> {
			scope.cancel();
			scope.check();
		});

		assertThat(ran).isFalse();
	}

	@Test
	void exceptionOfAScopeAroundThatIsCancelledPasses() {
		Throwable thrown = catchThrowable(() -> this.scopes.run(ScopeOptions.none(),
				(outer) -> this.scopes.tryRun(ScopeOptions.none(), (inner) -> {
					inner.cancel();
					outer.cancel();
					inner.check();
				})));

		assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
	}

	@Test
	void exceptionOfAScopeInsidePasses() {
		Throwable thrown = catchThrowable(() -> this.scopes.tryRun(ScopeOptions.named("outer"),
				(outer) -> this.scopes.run(ScopeOptions.named("inner"), (inner) -> {
					inner.cancel();
					inner.check();
				})));

		assertThat(thrown).isInstanceOf(ScopeCancelledException.class);
	}

	@Test
	void failurePassesUnchangedAndIsDeclared() {
		IOException failure = new IOException("no such airport");
		try {
			this.scopes.tryRun(ScopeOptions.none(), (scope) -> fail(failure));
		}
		catch (IOException ex) {
			this.trail.add("passed: " + (ex == failure));
		}

		assertThat(this.trail.words()).containsExactly("passed: true");
	}

	@Test
	void failureOfACancelledScopePasses() {
		IllegalStateException failure = new IllegalStateException("card declined");

		Throwable thrown = catchThrowable(() -> this.scopes.tryRun(ScopeOptions.none(), (scope) -> {
			scope.cancel();
			throw failure;
		}));

		assertThat(thrown).isSameAs(failure);
	}

	@Test
	void checkOnEnterIsNoRunThatWasStopped() {
		Throwable thrown = catchThrowable(() -> this.scopes.tryRun(ScopeOptions.timeout(seconds(0)).checkOnEnter(),
				(scope) -> this.trail.add("begun")));

		assertThat(thrown).isInstanceOf(DeadlineExceededException.class);
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void nullIsNamed() {
		assertThatNullPointerException().isThrownBy(() -> this.scopes.tryRun(null, (scope) -> this.trail.add("run")))
			.withMessage("options");
		assertThatNullPointerException().isThrownBy(() -> this.scopes.tryRun(ScopeOptions.none(), null))
			.withMessage("action");
	}

	private static void fail(IOException failure) throws IOException {
		throw failure;
	}

}
