package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * R15: a wrapped task that is run by the one who submitted it, in the scope that is
 * current already.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class RunInPlaceTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final List<@Nullable Object> tops = new ArrayList<>();

	private void noteTop() {
		this.tops.add(ScopeStack.cell()[0]);
	}

	@Test
	void nothingIsAttachedWhereItsScopeIsOnTopAlready() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("scope"))) {
			scope.wrap(this::noteTop).run();

			assertThat(this.tops).containsExactly(scope);
			assertThat(CancelScope.current()).isSameAs(scope);
		}
	}

	@Test
	void anAttachmentIsMadeWhereAnotherScopeIsOnTop() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("scope"));
				OpenScope inner = this.scopes.open(ScopeOptions.named("inner"))) {
			scope.wrap(this::noteTop).run();

			assertThat(this.tops).singleElement().isInstanceOf(Attachment.class);
			assertThat(CancelScope.current()).isSameAs(inner);
		}
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void interruptionOfAScopeThatInterruptsBecomesItsException() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("scope").interrupt())) {
			Runnable task = scope.wrap((Runnable) () -> {
				Elsewhere.run(scope::cancel);
				throw new IllegalStateException("gave up", catchThrowable(() -> Thread.sleep(1)));
			});

			Throwable thrown = catchThrowable(task::run);

			assertThat(thrown).isInstanceOf(ScopeCancelledException.class).cause().hasMessage("gave up");
		}
	}

	@Test
	void taskThatClosesTheScopeLeavesTheOneAround() {
		try (OpenScope outer = this.scopes.open(ScopeOptions.named("outer"))) {
			OpenScope scope = this.scopes.open(ScopeOptions.named("scope"));

			scope.wrap(scope::close).run();

			assertThat(CancelScope.current()).isSameAs(outer);
		}
	}

	@Test
	void taskTellsWhatItIsAndWhereItRuns() {
		Runnable task = new Runnable() {
			@Override
			public void run() {
				noteTop();
			}

			@Override
			public String toString() {
				return "the task";
			}
		};
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("scope"))) {
			assertThat(scope.wrap(task)).hasToString("the task in CancelScope['scope', open]");
		}
		assertThat(CancelScope.current().wrap(task)).asString().startsWith("the task in ").contains("root");
	}

}
