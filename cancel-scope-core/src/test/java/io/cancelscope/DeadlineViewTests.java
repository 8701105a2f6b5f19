package io.cancelscope;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The deadline that a scope reports is the one that cancels it, also when an ancestor's
 * was moved and nobody asked before it had passed.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class DeadlineViewTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private Deadline in(long seconds) {
		return Deadline.after(seconds(seconds), this.time);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void parentMovedEarlierIsWhatTheChildReportsAfterwards(boolean asked) {
		try (OpenScope parent = this.scopes.open(ScopeOptions.named("parent").withTimeout(seconds(9)));
				OpenScope child = this.scopes.open(ScopeOptions.none())) {
			assertThat(!asked || child.deadline().equals(parent.deadline())).isTrue();
			Deadline moved = in(1);

			parent.reschedule(moved);
			this.time.advance(seconds(2));

			assertThat(child.reason()).get().extracting(CancelReason::kind).isEqualTo(Kind.DEADLINE);
			assertThat(child.reason()).get().extracting(CancelReason::origin).isEqualTo("parent");
			assertThat(child.deadline()).contains(moved);
			assertThat(parent.deadline()).contains(moved);
		}
	}

	@Test
	void deadlineTheParentGotLaterIsWhatTheChildReportsAfterwards() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.none());
				OpenScope child = this.scopes.open(ScopeOptions.none())) {
			Deadline moved = in(1);

			parent.reschedule(moved);
			this.time.advance(seconds(2));

			assertThat(child.isCancelled()).isTrue();
			assertThat(child.deadline()).contains(moved);
		}
	}

	@Test
	void childWithALaterDeadlineOfItsOwnReportsTheParents() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(9)));
				OpenScope child = this.scopes.open(ScopeOptions.timeout(seconds(5)))) {
			Deadline moved = in(1);

			parent.reschedule(moved);
			this.time.advance(seconds(2));

			assertThat(child.isCancelled()).isTrue();
			assertThat(child.deadline()).contains(moved);
		}
	}

	@Test
	void grandchildReportsTheDeadlineOfTheOneThatWasMoved() {
		try (OpenScope top = this.scopes.open(ScopeOptions.timeout(seconds(9)));
				OpenScope middle = this.scopes.open(ScopeOptions.none());
				OpenScope child = this.scopes.open(ScopeOptions.none())) {
			Deadline moved = in(1);

			middle.reschedule(moved);
			this.time.advance(seconds(2));

			assertThat(child.isCancelled()).isTrue();
			assertThat(child.deadline()).contains(moved);
			assertThat(top.deadline()).contains(in(7));
		}
	}

	@Test
	void deadlineAloneFindsTheOneThatHasPassed() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(9)));
				OpenScope child = this.scopes.open(ScopeOptions.none())) {
			Deadline moved = in(1);

			parent.reschedule(moved);
			this.time.advance(seconds(2));

			assertThat(child.deadline()).contains(moved);
			assertThat(child.isCancelled()).isTrue();
		}
	}

	@Test
	void childThatIsWokenReportsTheMovedDeadlineToo() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(9)));
				OpenScope child = this.scopes.open(ScopeOptions.none())) {
			child.onCancel((reason) -> {
			});
			Deadline moved = in(1);

			parent.reschedule(moved);
			this.time.advance(seconds(2));

			assertThat(child.deadline()).contains(moved);
		}
	}

	@Test
	void childCancelledByHandBelowAMovedParentReportsTheMovedDeadline() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.timeout(seconds(9)));
				OpenScope child = this.scopes.open(ScopeOptions.none())) {
			Deadline moved = in(1);
			parent.reschedule(moved);

			parent.cancel();

			assertThat(child.isCancelled()).isTrue();
			assertThat(child.deadline()).contains(moved);
		}
	}

	/**
	 * A tie belongs to the ancestor, also where nobody had asked before there was one.
	 */
	@Test
	void childThatHadExpiredBeforeItsParentWasMovedToThatInstantNamesTheParent() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.named("parent").withTimeout(seconds(9)));
				OpenScope child = this.scopes.open(ScopeOptions.named("child").withTimeout(seconds(1)))) {
			this.time.advance(seconds(1)); // and nobody has asked

			parent.reschedule(in(0));

			assertThat(child.reason()).get().extracting(CancelReason::origin).isEqualTo("parent");
			assertThat(parent.reason()).get().extracting(CancelReason::origin).isEqualTo("parent");
		}
	}

	@Test
	void workOfAScopeCancelledFromAboveIsCancelledThoughNobodyHadAsked() {
		OpenScope parent = this.scopes.open(ScopeOptions.named("parent"));
		OpenScope child = this.scopes.open(ScopeOptions.named("child"));
		parent.cancel(); // and nobody asks the child
		child.close();
		parent.close();

		try (CancelScope.Registration attached = child.attach()) {
			assertThat(this.scopes.isCancelled()).isTrue();
			assertThat(this.scopes.current().reason()).isEqualTo(parent.reason());
		}
	}

}
