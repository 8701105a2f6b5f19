package io.cancelscope;

import java.time.Duration;
import java.util.Map;

import io.cancelscope.CancelReason.Kind;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Nodes.node;
import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which of two causes counts where a cancellation climbs or spreads, and nobody had
 * noticed the other: the one that happened first, and the ancestor's of two at once (R1).
 */
@ExtendWith(ThreadStaysClean.class)
class WhichCauseTests {

	private final ManualTime time = new ManualTime();

	private final Ears.Listener listener = Ears.ALL.listener();

	private final CancelScopes scopes = Ears.add(this.listener, CancelScopes.builder().timeSource(new TimeSource() {

		@Override
		public long nanoTime() {
			return WhichCauseTests.this.time.nanoTime();
		}

		/** The timer is late. */
		@Override
		public Runnable schedule(Runnable task, long delayNanos) {
			return () -> {
			};
		}

	}).callbackExecutor(Runnable::run)).build();

	private OpenScope offer(Duration timeout) {
		return this.scopes.openUnbound(ScopeOptions.named("offer").withTimeout(timeout).bubble());
	}

	private OpenScope searchIn(OpenScope offer, Duration timeout) {
		return openIn(offer, this.scopes, ScopeOptions.named("search").withTimeout(timeout));
	}

	private static CancelReason reason(OpenScope scope) {
		return scope.reason().orElseThrow();
	}

	@Test
	void deadlineThatHadPassedAboveComesBeforeWhatClimbs() {
		OpenScope offer = offer(seconds(2));
		OpenScope search = openIn(offer, this.scopes, ScopeOptions.named("search").shield());
		this.time.advance(seconds(3));

		search.cancel();

		assertThat(reason(search).origin()).isEqualTo("search");
		assertThat(reason(offer).kind()).isEqualTo(Kind.DEADLINE);
		assertThat(reason(offer).origin()).isEqualTo("offer");
		assertThat(this.listener.cancelled).isEqualTo(Map.of(offer, 1, search, 1));
	}

	@Test
	void deadlineThatPassedAboveLaterThanTheOneThatClimbsDoesNotCount() {
		OpenScope offer = offer(seconds(2));
		OpenScope search = searchIn(offer, seconds(1));
		this.time.advance(seconds(3));

		assertThat(reason(search).origin()).isEqualTo("search");

		assertThat(reason(offer).origin()).isEqualTo("search");
	}

	@Test
	void deadlineThatHadPassedBelowComesBeforeWhatArrivesFromAbove() {
		OpenScope offer = offer(seconds(9));
		OpenScope search = searchIn(offer, seconds(1));
		OpenScope other = openIn(offer, this.scopes, ScopeOptions.named("other").shield());
		search.onCancel((reason) -> {
		});
		this.time.advance(seconds(3));

		other.cancel("later");

		assertThat(this.listener.cancelled).containsEntry(search, 1);
		assertThat(node(search).stored()).isInstanceOfSatisfying(Cancellation.class,
				(stored) -> assertThat(stored.untold).isFalse());
		assertThat(reason(search).origin()).isEqualTo("search");
	}

	@Test
	void observedScopeThatIsCancelledFromAboveIsNotToldWhatClimbs() {
		CancelScopes observing = Ears
			.add(this.listener, CancelScopes.builder().timeSource(this.time).observe("observed"::equals))
			.build();
		OpenScope outer = observing.openUnbound(ScopeOptions.named("outer"));
		OpenScope observed = openIn(outer, observing, ScopeOptions.named("observed").bubble());
		OpenScope inner = openIn(observed, observing, ScopeOptions.named("inner").shield());
		outer.cancel();

		inner.cancel();

		assertThat(observed.isCancelled()).isTrue();
		assertThat(this.listener.observed).isEmpty();
	}

	@Test
	void cancellationComesAfterADeadlineBelowThatHadPassedByThen() {
		ScopeOptions options = ScopeOptions.named("above");
		Cancellation byHand = Cancellation.begunAt(new CancelReason(Kind.REQUESTED, "enough", null, "above"), options,
				5);
		Cancellation byDeadline = Cancellation.expiredAt(5, options);

		assertThat(byHand.comesAfter(4) && byDeadline.comesAfter(4)).isTrue();
		assertThat(byHand.comesAfter(5)).isTrue();
		assertThat(byDeadline.comesAfter(5)).as("ties belong to the ancestor").isFalse();
		assertThat(byHand.comesAfter(6) || byDeadline.comesAfter(6)).isFalse();
	}

	@Test
	void onlyWhatWasStoredAndNotReachedFromAboveHasToBeTold() {
		Cancellation begun = Cancellation.expiredAt(5, ScopeOptions.named("origin"));

		assertThat(begun.untold).isTrue();
		assertThat(begun.climbed().untold).isTrue();
		assertThat(begun.climbed().climbed().untold).isTrue();
		assertThat(begun.reached().untold).isFalse();
		assertThat(begun.climbed().reached()).isSameAs(begun.reached());
		assertThat(begun.reached().reached()).isSameAs(begun.reached());
	}

	@Test
	void reasonIsTheSameObjectWhereverTheCancellationArrived() {
		OpenScope outermost = this.scopes.openUnbound(ScopeOptions.named("outermost").bubble());
		OpenScope middle = openIn(outermost, this.scopes, ScopeOptions.named("middle"));
		OpenScope origin = openIn(middle, this.scopes, ScopeOptions.named("origin").withTimeout(seconds(1)));
		OpenScope beside = openIn(middle, this.scopes, ScopeOptions.named("beside"));
		this.time.advance(seconds(1));

		assertThat(reason(origin).kind()).isEqualTo(Kind.DEADLINE);

		assertThat(reason(middle)).isSameAs(reason(origin));
		assertThat(reason(outermost)).isSameAs(reason(origin));
		assertThat(reason(beside)).isSameAs(reason(origin));
		assertThat(origin.details().origin()).isTrue();
		assertThat(middle.details().origin() || outermost.details().origin() || beside.details().origin()).isFalse();
	}

	@Test
	void deadlineMovedLaterIsWhatAScopeBelowReportsOnceItIsCancelled() {
		OpenScope parent = this.scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
		OpenScope child = openIn(parent, this.scopes, ScopeOptions.none());
		parent.reschedule(seconds(9));

		parent.cancel();

		assertThat(node(child).cancellation()).isNotNull();
		assertThat(child.deadline()).isEqualTo(parent.deadline());
	}

}
