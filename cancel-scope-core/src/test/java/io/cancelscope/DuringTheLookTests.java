package io.cancelscope;

import java.time.Duration;
import java.util.Map;

import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Nodes.isQuiet;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races with a thread that looks at the clock and is held up there.
 *
 * <pre>
 * one    looks up ── reads the clock ────────────────────────── decides
 * other                             changes what one has seen
 * </pre>
 */
@ExtendWith(ThreadStaysClean.class)
class DuringTheLookTests {

	private final CountedTime time = new CountedTime();

	private final Ears.Listener listener = Ears.ALL.listener();

	private final CancelScopes scopes = Ears
		.add(this.listener, CancelScopes.builder().timeSource(this.time).callbackExecutor(Runnable::run))
		.build();

	private final Trail trail = new Trail();

	private final OpenScope top = this.scopes.openUnbound(ScopeOptions.named("top"));

	private final OpenScope budget = openIn(this.top, this.scopes,
			ScopeOptions.named("budget").withTimeout(seconds(9)));

	@AfterEach
	void otherThreadHasCome() {
		assertThat(this.time.isArmed()).isFalse();
	}

	private void changeTheTree() {
		openIn(this.top, this.scopes, ScopeOptions.named("sibling")).cancel();
		this.listener.cancelled.clear();
	}

	@Test
	void slowLookDoesNotUndoWhatALaterOneFound() {
		OpenScope child = openIn(this.budget, this.scopes, ScopeOptions.none());
		changeTheTree();
		this.time.atNextRead(() -> {
			this.budget.reschedule(seconds(20));
			assertThat(child.remaining()).contains(seconds(20));
		});

		assertThat(child.isCancelled()).isFalse();

		assertThat(isQuiet(child)).isTrue();
		assertThat(child.remaining()).contains(seconds(20));
	}

	@Test
	void deadlineMovedMeanwhileDoesNotFire() {
		this.budget.onCancel(this.trail.adding("stopped"));
		changeTheTree();
		this.time.atNextRead(() -> {
			this.budget.reschedule(seconds(20));
			this.time.advance(seconds(9));
		});

		assertThat(this.budget.isCancelled()).isFalse();

		assertThat(this.trail.words()).isEmpty();
		assertThat(this.listener.cancelled).isEmpty();
		assertThat(this.budget.remaining()).contains(seconds(11));
	}

	@Test
	void scopeThatClosedMeanwhileDoesNotExpire() {
		changeTheTree();
		this.time.atNextRead(() -> {
			this.budget.close();
			this.time.advance(seconds(9));
		});

		assertThat(this.budget.isCancelled()).isFalse();

		assertThat(this.listener.cancelled).isEmpty();
	}

	@Test
	void scopeCancelledMeanwhileKeepsThatReason() {
		changeTheTree();
		this.time.atNextRead(() -> {
			this.budget.cancel("meanwhile");
			this.time.advance(seconds(9));
		});

		assertThat(this.budget.reason()).get().extracting(CancelReason::message).isEqualTo("meanwhile");

		assertThat(this.listener.cancelled).containsExactlyEntriesOf(Map.of(this.budget, 1));
	}

	@Test
	void cancellationThatTwoFindIsToldOnce() {
		Ears.Listener ears = Ears.ONLY_CANCELLATIONS.listener();
		CancelScopes heard = Ears.add(ears, CancelScopes.builder().timeSource(this.time)).build();
		OpenScope parent = heard.openUnbound(ScopeOptions.named("parent"));
		OpenScope child = openIn(parent, heard, ScopeOptions.named("child").withTimeout(seconds(5)));
		parent.cancel();
		this.time.atNextRead(() -> assertThat(child.isCancelled()).isTrue());

		assertThat(child.isCancelled()).isTrue();

		assertThat(ears.cancelled).isEqualTo(Map.of(parent, 1, child, 1));
	}

	@Test
	void deadlineThatPassesWhileItIsMovedIsTheMovedOne() {
		Deadline moved = Deadline.after(seconds(1), this.time);
		this.time.atRead(3, () -> this.time.advance(seconds(2)));

		assertThat(this.budget.reschedule(moved)).isTrue();

		assertThat(this.budget.isCancelled()).isTrue();
		assertThat(this.budget.deadline()).contains(moved);
	}

	@Test
	void cancelThatComesSecondDoesNothing() {
		OpenScope scope = openIn(this.top, this.scopes, ScopeOptions.none());
		this.time.atNextRead(() -> assertThat(scope.cancel("first")).isTrue());

		assertThat(scope.cancel("second")).isFalse();

		assertThat(scope.reason()).get().extracting(CancelReason::message).isEqualTo("first");
		assertThat(this.listener.cancelled).containsEntry(scope, 1);
	}

	@Test
	void cancelThatMeetsTheCloseDoesNothing() {
		OpenScope scope = openIn(this.top, this.scopes, ScopeOptions.none());
		this.time.atNextRead(scope::close);

		assertThat(scope.cancel("too late")).isFalse();

		assertThat(scope.isCancelled()).isFalse();
		assertThat(this.listener.cancelled).isEmpty();
	}

	@Test
	void failureThatMeetsACancelDoesNothing() {
		OpenScope scope = openIn(this.top, this.scopes, ScopeOptions.none());
		this.time.atNextRead(() -> assertThat(scope.cancel("first")).isTrue());

		scope.failed(new IllegalStateException("second"));

		assertThat(scope.reason()).get().extracting(CancelReason::message).isEqualTo("first");
		assertThat(this.listener.cancelled).containsEntry(scope, 1);
	}

	@Test
	void failureThatMeetsTheCloseCancelsNothing() {
		OpenScope scope = openIn(this.top, this.scopes, ScopeOptions.none());
		this.time.atNextRead(scope::close);

		scope.failed(new IllegalStateException("too late"));

		assertThat(scope.isCancelled()).isFalse();
		assertThat(this.listener.cancelled).isEmpty();
	}

	@Test
	void rescheduleThatMeetsTheCloseIsRefused() {
		OpenScope scope = openIn(this.top, this.scopes, ScopeOptions.none());
		Deadline moved = Deadline.after(seconds(1), this.time);
		this.time.atNextRead(scope::close);

		assertThat(scope.reschedule(moved)).isFalse();
	}

	@Test
	void timeThatRemainsIsNeverNegative() {
		this.time.atRead(2, () -> this.time.advance(seconds(10)));

		assertThat(this.budget.remaining()).contains(Duration.ZERO);
	}

	@Test
	void limitIsNeverNegative() {
		this.time.atRead(2, () -> this.time.advance(seconds(10)));

		assertThat(this.budget.limit(seconds(1))).isPositive();
	}

}
