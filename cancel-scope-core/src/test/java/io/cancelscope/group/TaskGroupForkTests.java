package io.cancelscope.group;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * The ways to fork a task.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class TaskGroupForkTests {

	private final CancelScopes scopes = CancelScopes.create();

	private TaskGroup open() {
		return TaskGroup.open(this.scopes, ScopeOptions.named("trip"), Runnable::run);
	}

	@Test
	void scopeOfATaskHasTheGivenName() throws Exception {
		try (TaskGroup group = open()) {
			Future<String> named = group.fork("fare", () -> CancelScope.current().name());
			Future<String> unnamed = group.fork(() -> CancelScope.current().name());
			group.join();

			assertThat(named.get()).isEqualTo("fare");
			assertThat(unnamed.get()).isEqualTo("trip task");
		}
	}

	@Test
	void namedTaskIsInterruptedLikeTheOthers() throws Exception {
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.named("trip").interrupt(), Runnable::run)) {
			Future<Boolean> interrupting = group.fork("fare", () -> CancelScope.current().details().interrupting());

			assertThat(interrupting.get()).isTrue();
		}
	}

	@Test
	void taskWithoutAResultHasAFuture() throws Exception {
		List<String> seats = new ArrayList<>(List.of("12A"));
		Trail trail = new Trail();
		try (TaskGroup group = open()) {
			Future<?> written = group.fork(() -> trail.add("ran in " + CancelScope.current().name()));
			Future<?> cleared = group.fork(seats::clear);
			group.join();

			assertThat(written.get()).isNull();
			assertThat(cleared.isDone()).isTrue();
			assertThat(trail.words()).containsExactly("ran in trip task");
			assertThat(seats).isEmpty();
		}
	}

	@Test
	void failureOfATaskWithoutAResultIsThrown() {
		Runnable failing = () -> {
			throw new IllegalStateException("broken");
		};
		try (TaskGroup group = open()) {
			group.fork(failing);

			assertThatIllegalStateException().isThrownBy(group::join).withMessage("broken");
		}
	}

	@Test
	void wrongArgumentsAreNamedAndLeaveNothingBehind() throws Exception {
		try (TaskGroup group = open()) {
			assertThatNullPointerException().isThrownBy(() -> group.fork((Runnable) null)).withMessage("task");
			assertThatNullPointerException().isThrownBy(() -> group.fork("fare", null)).withMessage("task");
			assertThatNullPointerException().isThrownBy(() -> group.fork(null, () -> "value")).withMessage("name");
			assertThatIllegalArgumentException().isThrownBy(() -> group.fork(" ", () -> "value"))
				.withMessageContaining("blank");
			group.join();
		}
		assertThatNullPointerException().isThrownBy(() -> TaskGroup.open(null, ScopeOptions.none()))
			.withMessage("scopes");
		assertThatNullPointerException().isThrownBy(() -> TaskGroup.open(this.scopes, null)).withMessage("options");
	}

	@Test
	void executorThatThrowsAnythingLeavesNoTaskBehind() throws Exception {
		IllegalAccessException checked = new IllegalAccessException("no thread");
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.none(),
				(task) -> TaskGroupForkTests.<RuntimeException>throwSneakily(checked))) {
			try {
				group.fork(() -> "value");
			}
			catch (Throwable ex) {
				assertThat(ex).isSameAs(checked);
			}

			group.join();
		}
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> void throwSneakily(Throwable thrown) throws X {
		throw (X) thrown;
	}

}
