package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * R7 and R10, and how scopes nest: who is cancelled, by what, and who isn't.
 */
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class CancellationTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	@Test
	void cancelGoesDownTheWholeTree() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.named("parent"));
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
		OpenScope timed = openIn(child, this.scopes, ScopeOptions.timeout(seconds(9)));

		parent.cancel("enough");

		CancelReason reason = new CancelReason(Kind.REQUESTED, "enough", null, "parent");
		assertThat(parent.reason()).contains(reason);
		assertThat(child.reason()).containsSame(parent.reason().orElseThrow());
		assertThat(timed.reason()).containsSame(parent.reason().orElseThrow());
	}

	@Test
	void childCancelledAloneLeavesTheOthers() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
		OpenScope sibling = openIn(parent, this.scopes, ScopeOptions.none());

		child.cancel();

		assertThat(parent.isCancelled()).isFalse();
		assertThat(sibling.isCancelled()).isFalse();
	}

	@Test
	void onlyTheFirstCallCancels() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());

		assertThat(scope.cancel("first")).isTrue();
		assertThat(scope.cancel("second")).isFalse();

		assertThat(scope.reason()).get().extracting(CancelReason::message).isEqualTo("first");
	}

	@Test
	void cancelBeforeTheDeadlineStaysTheReason() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		scope.cancel("first");

		this.time.advance(seconds(2));

		assertThat(scope.reason()).get().extracting(CancelReason::kind).isEqualTo(Kind.REQUESTED);
		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(scope::check)
			.isNotInstanceOf(DeadlineExceededException.class);
	}

	@Test
	void deadlineBeforeTheCancelStaysTheReason() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		this.time.advance(seconds(1)); // at the very instant, and nobody has asked

		assertThat(scope.cancel("late")).isFalse();

		assertThat(scope.reason()).get().extracting(CancelReason::kind).isEqualTo(Kind.DEADLINE);
	}

	@Test
	void childsDeadlineBeforeTheParentsCancelStaysTheChildsReason() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.named("child").withTimeout(seconds(1)));
		this.time.advance(seconds(1));

		parent.cancel();

		assertThat(child.reason()).get().extracting(CancelReason::origin).isEqualTo("child");
	}

	@Test
	void parentAndChildKeepWhicheverCameFirst() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.named("parent"));
		OpenScope early = openIn(parent, this.scopes, ScopeOptions.named("early"));
		OpenScope late = openIn(parent, this.scopes, ScopeOptions.named("late"));

		early.cancel();
		parent.cancel();
		assertThat(late.cancel()).isFalse();

		assertThat(early.reason()).get().extracting(CancelReason::origin).isEqualTo("early");
		assertThat(late.reason()).get().extracting(CancelReason::origin).isEqualTo("parent");
	}

	@Test
	void scopeOpenedInACancelledOneIsBornCancelled() {
		try (OpenScope parent = this.scopes.open(ScopeOptions.none())) {
			parent.cancel();

			this.scopes.run(ScopeOptions.none(), (child) -> this.trail.add("started " + child.isCancelled()));

			assertThat(this.trail.words()).containsExactly("started true");
		}
	}

	@Test
	void twoCancelledScopesInARowAreIndependent() {
		try (OpenScope first = this.scopes.open(ScopeOptions.none())) {
			first.cancel();
		}

		try (OpenScope second = this.scopes.open(ScopeOptions.none())) {
			assertThat(second.isCancelled()).isFalse();
			assertThatNoException().isThrownBy(this.scopes::check);
		}
	}

	@Test
	void anyThreadCancels() throws Exception {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());

		boolean cancelled = CompletableFuture.supplyAsync(scope::cancel).get(10, TimeUnit.SECONDS);

		assertThat(cancelled).isTrue();
		assertThat(scope.isCancelled()).isTrue();
	}

	@Test
	void cancellerIsNotInterrupted() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
			scope.cancel();

			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}
	}

	@Test
	void callbacksSeeEverythingBelowCancelled() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.none());
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
		OpenScope other = openIn(parent, this.scopes, ScopeOptions.none());
		child.onCancel((reason) -> this.trail.add("other " + other.isCancelled()));
		parent.onCancel((reason) -> this.trail.add("child " + child.isCancelled()));

		parent.cancel();

		assertThat(this.trail.words()).containsExactly("child true", "other true");
	}

	@Test
	void cancellerSaysWhatSortOfCauseItWas() {
		Exception cause = new Exception("broken pipe");
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.named("parent"));
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());

		assertThat(parent.cancel(Kind.DISCONNECTED, "the client left", cause)).isTrue();
		assertThat(parent.cancel(Kind.SHUTDOWN, "too late", null)).isFalse();

		assertThat(child.reason()).hasValue(new CancelReason(Kind.DISCONNECTED, "the client left", cause, "parent"));
		assertThatExceptionOfType(ScopeCancelledException.class).isThrownBy(child::check)
			.withMessage("scope 'unnamed' was cancelled, along with 'parent': the client left")
			.withCause(cause);
	}

	@ParameterizedTest
	@CsvSource({ "DEADLINE, OpenScope.reschedule(…)", "MISNESTED, closed in the wrong order" })
	void nobodyChoosesAKindThatOnlyHappens(Kind kind, String why) {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());

		assertThatIllegalArgumentException().isThrownBy(() -> scope.cancel(kind, "message", null))
			.withMessageContaining("with kind " + kind)
			.withMessageContaining(why)
			.withMessageContaining("Use REQUESTED, FAILED, DISCONNECTED or SHUTDOWN");
		assertThatIllegalArgumentException().isThrownBy(() -> CancelScope.current().cancel(kind, "message", null));

		assertThat(scope.isCancelled()).isFalse();
	}

	@Test
	void closedScopeIsNotCancelled() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());
		scope.close();

		assertThat(scope.cancel()).isFalse();

		assertThat(scope.isCancelled()).isFalse();
		assertThatNoException().isThrownBy(scope::check);
	}

	@Test
	void exceptionThatLeavesAScopeCancelsIt() {
		IllegalArgumentException failure = new IllegalArgumentException("broken");
		OpenScope[] below = new OpenScope[1];

		assertThatIllegalArgumentException().isThrownBy(() -> this.scopes.run(ScopeOptions.named("outer"), (scope) -> {
			below[0] = this.scopes.openUnbound(ScopeOptions.none());
			throw failure;
		})).isSameAs(failure);

		assertThat(below[0].reason()).get()
			.extracting(CancelReason::kind, CancelReason::cause, CancelReason::origin)
			.containsExactly(Kind.FAILED, failure, "outer");
	}

	@Test
	void exceptionsCancelOnlyIfTheyCount() {
		ScopeOptions options = ScopeOptions.none().cancelOnException(IllegalStateException.class::isInstance);

		OpenScope spared = openedBelowFailing(options, new IllegalArgumentException());
		OpenScope hit = openedBelowFailing(options, new IllegalStateException());
		OpenScope off = openedBelowFailing(ScopeOptions.none().cancelOnException(false), new IllegalStateException());

		assertThat(spared.isCancelled()).isFalse();
		assertThat(hit.isCancelled()).isTrue();
		assertThat(off.isCancelled()).isFalse();
	}

	@Test
	void filterThatFailsIsSuppressedAndTheExceptionCounts() {
		RuntimeException failure = new RuntimeException("body");
		RuntimeException broken = new RuntimeException("filter");

		OpenScope below = openedBelowFailing(ScopeOptions.none().cancelOnException((exception) -> {
			throw broken;
		}), failure);

		assertThat(below.isCancelled()).isTrue();
		assertThat(failure).hasSuppressedException(broken);
	}

	/** A scope opened in one that an exception left. */
	private OpenScope openedBelowFailing(ScopeOptions options, RuntimeException failure) {
		OpenScope[] below = new OpenScope[1];
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> this.scopes.run(options, (scope) -> {
			below[0] = this.scopes.openUnbound(ScopeOptions.none());
			throw failure;
		})).isSameAs(failure);
		return below[0];
	}

	@Test
	void innerDeadlineCaughtLeavesTheOuterAtWork() {
		this.scopes.run(ScopeOptions.timeout(seconds(2)), (outer) -> {
			assertThatExceptionOfType(DeadlineExceededException.class)
				.isThrownBy(() -> this.scopes.run(ScopeOptions.timeout(seconds(1)), (inner) -> {
					this.time.advance(seconds(1));
					inner.check();
				}));
			assertThatNoException().isThrownBy(outer::check);

			this.time.advance(seconds(1));
			assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(outer::check);
		});
	}

	@Test
	void randomScopeOfALayeredTreeCancelsExactlyWhatIsBelow() {
		OpenScope[] layers = new OpenScope[30];
		for (int i = 0; i < layers.length; i++) {
			ScopeOptions options = (i % 3 == 0) ? ScopeOptions.timeout(Duration.ofHours(i + 1)) : ScopeOptions.none();
			layers[i] = (i == 0) ? this.scopes.openUnbound(options) : openIn(layers[i - 1], this.scopes, options);
		}

		layers[17].cancel();

		for (int i = 0; i < layers.length; i++) {
			assertThat(layers[i].isCancelled()).as("layer %d", i).isEqualTo(i >= 17);
		}
	}

	@Test
	void nullIsNamed() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none());

		assertThatNullPointerException().isThrownBy(() -> scope.cancel(null)).withMessage("message");
		assertThatNullPointerException().isThrownBy(() -> scope.cancel(null, null)).withMessage("message");
		assertThatNullPointerException().isThrownBy(() -> scope.cancel(null, "m", null)).withMessage("kind");
		assertThatNullPointerException().isThrownBy(() -> scope.cancel(Kind.SHUTDOWN, null, null))
			.withMessage("message");
		assertThatNullPointerException().isThrownBy(() -> this.scopes.open(null)).withMessage("options");
		assertThatNullPointerException().isThrownBy(() -> this.scopes.openUnbound(null)).withMessage("options");
		assertThatNullPointerException().isThrownBy(() -> this.scopes.run(ScopeOptions.none(), null))
			.withMessage("action");
		assertThatNullPointerException().isThrownBy(() -> ScopeOptions.named(null)).withMessage("name");
		assertThatNullPointerException().isThrownBy(() -> ScopeOptions.timeout(null)).withMessage("timeout");
		assertThat(scope.isCancelled()).isFalse();
	}

	@Test
	void blankNameIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> ScopeOptions.named(" ")).withMessageContaining("blank");
	}

}
