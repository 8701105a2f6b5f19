package io.cancelscope;

import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.Races.Run;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.openIn;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races with time. One test per race, drawn first: what stands on either side of
 * {@code |} happens at the same time on two threads, and luck decides the order.
 */
@ExtendWith(ThreadStaysClean.class)
class DeadlineRaceTests {

	private final Races races = new Races();

	@AfterEach
	void endRaces() {
		this.races.close();
	}

	@Test
	void expiryMeetsReschedule() throws Exception {
		// advance to the deadline | reschedule
		this.races.race(() -> {
			ManualTime own = new ManualTime();
			OpenScope scope = Scopes.on(own).openUnbound(ScopeOptions.timeout(seconds(1)));
			AtomicInteger calls = new AtomicInteger();
			scope.onCancel((reason) -> calls.incrementAndGet());
			Deadline later = Deadline.after(seconds(9), own);
			return new Run(() -> {
				own.advance(seconds(1));
				return true;
			}, () -> scope.reschedule(later), (advanced, moved) -> {
				assertThat(scope.isCancelled()).isEqualTo(!moved);
				assertThat(calls).hasValue(moved ? 0 : 1);
				own.advance(seconds(9));
				assertThat(calls).hasValue(1);
			});
		});
	}

	@Test
	void expiryMeetsCancel() throws Exception {
		// advance to the deadline | cancel
		this.races.race(() -> {
			ManualTime own = new ManualTime();
			OpenScope scope = Scopes.on(own).openUnbound(ScopeOptions.timeout(seconds(1)));
			AtomicInteger calls = new AtomicInteger();
			scope.onCancel((reason) -> calls.incrementAndGet());
			return new Run(() -> {
				own.advance(seconds(1));
				return true;
			}, scope::cancel, (advanced, cancelled) -> {
				CancelReason.Kind kind = cancelled ? CancelReason.Kind.REQUESTED : CancelReason.Kind.DEADLINE;
				assertThat(scope.reason()).get().extracting(CancelReason::kind).isEqualTo(kind);
				assertThat(calls).hasValue(1);
			});
		});
	}

	@Test
	void expiryMeetsClose() throws Exception {
		// advance to the deadline | close
		this.races.race(() -> {
			ManualTime own = new ManualTime();
			OpenScope scope = Scopes.on(own).openUnbound(ScopeOptions.timeout(seconds(1)));
			AtomicInteger calls = new AtomicInteger();
			scope.onCancel((reason) -> calls.incrementAndGet());
			return new Run(() -> {
				own.advance(seconds(1));
				return true;
			}, () -> {
				scope.close();
				return true;
			}, (advanced, closed) -> {
				assertThat(calls).hasValue(scope.isCancelled() ? 1 : 0);
				assertThat(own.pending()).isZero();
			});
		});
	}

	@Test
	void releasedDeadlineMeetsTheOneBelow() throws Exception {
		// parent.close | child.onCancel, then advance to the child's deadline
		this.races.race(() -> {
			ManualTime own = new ManualTime();
			CancelScopes scopes = Scopes.on(own);
			OpenScope parent = scopes.openUnbound(ScopeOptions.timeout(seconds(1)));
			OpenScope child = openIn(parent, scopes, ScopeOptions.timeout(seconds(2)));
			AtomicInteger calls = new AtomicInteger();
			return new Run(() -> {
				parent.close();
				return true;
			}, () -> {
				child.onCancel((reason) -> calls.incrementAndGet());
				return true;
			}, (closed, registered) -> {
				own.advance(seconds(1));
				assertThat(calls).hasValue(0);
				own.advance(seconds(1));
				assertThat(calls).hasValue(1);
			});
		});
	}

	@Test
	void movedDeadlineMeetsARegistration() throws Exception {
		// parent.reschedule | child.onCancel, then advance to the new deadline
		this.races.race(() -> {
			ManualTime own = new ManualTime();
			CancelScopes scopes = Scopes.on(own);
			OpenScope parent = scopes.openUnbound(ScopeOptions.none());
			OpenScope child = openIn(parent, scopes, ScopeOptions.none());
			AtomicInteger calls = new AtomicInteger();
			Deadline in = Deadline.after(seconds(1), own);
			return new Run(() -> parent.reschedule(in), () -> {
				child.onCancel((reason) -> calls.incrementAndGet());
				return true;
			}, (moved, registered) -> {
				assertThat(moved).isTrue();
				own.advance(seconds(1));
				assertThat(calls).hasValue(1);
			});
		});
	}

}
