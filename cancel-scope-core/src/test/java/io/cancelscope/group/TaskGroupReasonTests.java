package io.cancelscope.group;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Why a group is cancelled, and which exceptions of its tasks are failures.
 */
@ExtendWith(ThreadStaysClean.class)
class TaskGroupReasonTests {

	private final CancelScopes scopes = new ManualTime().scopes();

	@Test
	void failureOfATaskIsTheReasonAndItsCause() {
		IllegalStateException failure = new IllegalStateException("card declined");
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"), Runnable::run)) {
			group.fork(() -> {
				throw failure;
			});

			CancelReason reason = group.scope().reason().orElseThrow();

			assertThat(reason.message()).isEqualTo("a task failed with java.lang.IllegalStateException: card declined");
			assertThat(reason.cause()).isSameAs(failure);
			assertThat(catchThrowable(group::join)).isSameAs(failure);
		}
	}

	@Test
	void exceptionOfAnotherScopeIsAFailureAlsoIfTheGroupIsCancelled() {
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"), Runnable::run)) {
			group.fork(() -> {
				ScopeCancelledException another = exceptionOfAnotherScope();
				group.scope().cancel("over");
				throw another;
			});

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(group::join)
				.withMessage("scope 'another' was cancelled: enough");
		}
	}

	@Test
	void exceptionOfTheGroupThatATaskWrapsIsNoFailure() {
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip"), Runnable::run)) {
			group.fork(() -> {
				group.scope().cancel("over");
				throw new IllegalStateException("wrapped", catchThrowable(CancelScope.current()::check));
			});

			assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(group::join)
				.withMessage("scope 'trip' was cancelled: over");
		}
	}

	private ScopeCancelledException exceptionOfAnotherScope() {
		return this.scopes.call(ScopeOptions.named("another"), (scope) -> {
			scope.cancel("enough");
			return (ScopeCancelledException) catchThrowable(scope::check);
		});
	}

}
