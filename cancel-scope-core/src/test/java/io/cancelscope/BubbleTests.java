package io.cancelscope;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * R12: a cancellation below a bubbling scope climbs up to it.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class BubbleTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void cancelClimbsAndReachesTheSiblings() {
		OpenScope root = this.scopes.openUnbound(ScopeOptions.named("root scope").bubble());
		OpenScope a = openIn(root, this.scopes, ScopeOptions.named("a"));
		OpenScope b = openIn(root, this.scopes, ScopeOptions.named("b"));
		OpenScope grandchild = openIn(a, this.scopes, ScopeOptions.named("grandchild"));

		grandchild.cancel("enough");

		CancelReason reason = grandchild.reason().orElseThrow();
		assertThat(reason).isEqualTo(new CancelReason(Kind.REQUESTED, "enough", null, "grandchild"));
		assertThat(root.reason()).containsSame(reason);
		assertThat(a.reason()).containsSame(reason);
		assertThat(b.reason()).containsSame(reason);
	}

	@Test
	void cancelClimbsNoFurtherThanDeclared() {
		try (OpenScope grandparent = this.scopes.open(ScopeOptions.none());
				OpenScope parent = this.scopes.open(ScopeOptions.none().bubble());
				OpenScope child = this.scopes.open(ScopeOptions.none())) {
			child.cancel();

			assertThat(parent.isCancelled()).isTrue();
			assertThat(grandparent.isCancelled()).isFalse();
		}
	}

	@Test
	void cancelClimbsPastScopesThatDidNotDeclareIt() {
		try (OpenScope root = this.scopes.open(ScopeOptions.none().bubble());
				OpenScope middle = this.scopes.open(ScopeOptions.none());
				OpenScope leaf = this.scopes.open(ScopeOptions.none())) {
			leaf.cancel();

			assertThat(middle.isCancelled()).isTrue();
			assertThat(root.isCancelled()).isTrue();
		}
	}

	@Test
	void withoutBubbleAChildIsCancelledAlone() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.none())) {
			OpenScope child = openIn(parent, this.scopes, ScopeOptions.none().bubble());
			OpenScope sibling = openIn(parent, this.scopes, ScopeOptions.none());

			child.cancel();

			assertThat(parent.isCancelled()).isFalse();
			assertThat(sibling.isCancelled()).isFalse();
		}
	}

	@Test
	void deadlineClimbsWithoutBeingAskedFor() {
		try (OpenScope root = this.scopes.open(ScopeOptions.none().bubble());
				OpenScope child = this.scopes.open(ScopeOptions.named("child").withTimeout(seconds(1)))) {
			this.time.advance(seconds(1));

			assertThat(root.reason()).get()
				.extracting(CancelReason::kind, CancelReason::origin)
				.containsExactly(Kind.DEADLINE, "child");
			assertThat(child.reason()).isEqualTo(root.reason());
		}
	}

	@Test
	void scopeOpenedTooLateClimbsAtOnce() {
		try (OpenScope root = this.scopes.open(ScopeOptions.none().bubble());
				OpenScope child = this.scopes.open(ScopeOptions.timeout(seconds(0)))) {
			assertThat(root.isCancelled()).isTrue();
			assertThat(child.isCancelled()).isTrue();
		}
	}

	@Test
	void exceptionClimbsEvenIfTheParentCatchesIt() {
		try (OpenScope root = this.scopes.open(ScopeOptions.none().bubble())) {
			IllegalStateException failure = new IllegalStateException("broken");

			assertThatIllegalStateException().isThrownBy(() -> fail(ScopeOptions.named("child"), failure));

			assertThat(root.reason()).get()
				.extracting(CancelReason::kind, CancelReason::cause, CancelReason::origin)
				.containsExactly(Kind.FAILED, failure, "child");
		}
	}

	@Test
	void exceptionThatDoesNotCancelDoesNotClimb() {
		try (OpenScope root = this.scopes.open(ScopeOptions.none().bubble())) {
			IllegalStateException failure = new IllegalStateException("broken");

			assertThatIllegalStateException()
				.isThrownBy(() -> fail(ScopeOptions.none().cancelOnException(false), failure));

			assertThat(root.isCancelled()).isFalse();
		}
	}

	private void fail(ScopeOptions options, RuntimeException failure) {
		this.scopes.run(options, (scope) -> {
			throw failure;
		});
	}

	@Test
	void shieldedSiblingSurvives() {
		OpenScope root = this.scopes.openUnbound(ScopeOptions.none().bubble());
		OpenScope a = openIn(root, this.scopes, ScopeOptions.none());
		OpenScope shielded = openIn(root, this.scopes, ScopeOptions.none().shield());
		OpenScope inside = openIn(shielded, this.scopes, ScopeOptions.none());

		a.cancel();

		assertThat(root.isCancelled()).isTrue();
		assertThat(shielded.isCancelled()).isFalse();
		assertThat(inside.isCancelled()).isFalse();
	}

	@Test
	void shieldDoesNotStopTheWayUp() {
		try (OpenScope root = this.scopes.open(ScopeOptions.none().bubble());
				OpenScope shielded = this.scopes.open(ScopeOptions.none().shield());
				OpenScope inside = this.scopes.open(ScopeOptions.none())) {
			inside.cancel();

			assertThat(shielded.isCancelled()).isTrue();
			assertThat(root.isCancelled()).isTrue();
		}
	}

	@Test
	void bubblingAboveAClosedScopeReachesIntoAShield() {
		OpenScope outer = this.scopes.openUnbound(ScopeOptions.named("outer"));
		OpenScope bubbling = openIn(outer, this.scopes, ScopeOptions.named("bubbling").bubble());
		bubbling.attach().close(); // as for work that is queued in it
		outer.cancel();
		bubbling.close();
		OpenScope shielded = openIn(bubbling, this.scopes, ScopeOptions.named("shielded").shield());
		OpenScope inside = openIn(shielded, this.scopes, ScopeOptions.named("inside"));

		inside.cancel();

		assertThat(shielded.reason()).get().extracting(CancelReason::origin).isEqualTo("inside");
	}

	@Test
	void cancelFromAboveDoesNotEcho() {
		OpenScope root = this.scopes.openUnbound(ScopeOptions.none().bubble());
		OpenScope child = openIn(root, this.scopes, ScopeOptions.none());
		root.onCancel(this.trail.adding("root"));
		child.onCancel(this.trail.adding("child"));

		root.cancel();

		assertThat(this.trail.words()).containsExactly("root", "child");
	}

	@Test
	void originIsToldBeforeThoseItClimbsTo() {
		OpenScope root = this.scopes.openUnbound(ScopeOptions.none().bubble());
		OpenScope a = openIn(root, this.scopes, ScopeOptions.none());
		OpenScope b = openIn(root, this.scopes, ScopeOptions.none());
		root.onCancel(this.trail.adding("root"));
		b.onCancel(this.trail.adding("b"));
		a.onCancel(this.trail.adding("a"));

		a.cancel();

		assertThat(this.trail.words()).containsExactly("a", "root", "b");
	}

	@Test
	void closedScopeDoesNotBubble() {
		try (OpenScope root = this.scopes.open(ScopeOptions.none().bubble())) {
			OpenScope child = this.scopes.openUnbound(ScopeOptions.none());
			child.close();

			assertThat(child.cancel()).isFalse();

			assertThat(root.isCancelled()).isFalse();
		}
	}

	@Test
	void cancelClimbsThroughAReleasedScope() {
		OpenScope root = this.scopes.openUnbound(ScopeOptions.none().bubble());
		OpenScope middle = openIn(root, this.scopes, ScopeOptions.none());
		OpenScope leaf = openIn(middle, this.scopes, ScopeOptions.none());
		middle.close();

		leaf.cancel();

		assertThat(root.isCancelled()).isTrue();
		assertThat(middle.isCancelled()).isTrue(); // it belongs to its parent by now
	}

	@Test
	void ancestorThatExpiredUnnoticedKeepsItsOwnReason() {
		try (OpenScope root = this.scopes.open(ScopeOptions.named("outer").withTimeout(seconds(1)).bubble());
				OpenScope shielded = this.scopes.open(ScopeOptions.named("inner").shield())) {
			this.time.advance(seconds(2));

			shielded.cancel();

			assertThat(root.reason()).get().extracting(CancelReason::origin).isEqualTo("outer");
			assertThat(shielded.reason()).get().extracting(CancelReason::origin).isEqualTo("inner");
		}
	}

	@Test
	void errorOfTheJvmInACallbackDoesNotStopTheClimb() {
		OpenScope root = this.scopes.openUnbound(ScopeOptions.none().bubble());
		OpenScope child = openIn(root, this.scopes, ScopeOptions.none());
		root.onCancel(this.trail.adding("root"));
		child.onCancel((reason) -> {
			throw new StackOverflowError("on purpose");
		});

		assertThatExceptionOfType(StackOverflowError.class).isThrownBy(child::cancel);

		assertThat(root.isCancelled()).isTrue();
		assertThat(this.trail.words()).containsExactly("root");
	}

}
