package io.cancelscope;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.group.TaskGroup;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * R4: an alarm exists only as long as there is something to wake, also in a scope that
 * stays open.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
@SuppressWarnings("try")
class NothingToWakeTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private OpenScope outer;

	@BeforeEach
	void openTheOuterScope() {
		this.outer = this.scopes.open(ScopeOptions.named("outer").withTimeout(seconds(9)));
	}

	@AfterEach
	void closeTheOuterScope() {
		this.outer.close();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void callbackTakenBackLeavesNoAlarm() {
		Registration registration = this.outer.onCancel(this.trail.adding("stop"));
		assertThat(this.time.pending()).isEqualTo(1);

		registration.unregister();

		assertThat(this.time.pending()).isZero();
	}

	@Test
	void lastOfTwoCallbacksTakesTheAlarmAlong() {
		Registration first = this.outer.onCancel(this.trail.adding("first"));
		Registration second = this.outer.onCancel(this.trail.adding("second"));

		first.close();
		assertThat(this.time.pending()).isEqualTo(1);
		second.close();

		assertThat(this.time.pending()).isZero();
	}

	@Test
	void closedChildLeavesNoAlarmAbove() {
		try (OpenScope child = this.scopes.open(ScopeOptions.timeout(seconds(5)))) {
			child.onCancel(this.trail.adding("stop"));
		}

		assertThat(this.time.pending()).isZero();
	}

	@Test
	void closedGrandchildLeavesNoAlarmAbove() {
		try (OpenScope child = this.scopes.open(ScopeOptions.timeout(seconds(5)))) {
			try (OpenScope grandchild = this.scopes.open(ScopeOptions.none())) {
				grandchild.onCancel(this.trail.adding("stop"));
			}

			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void callbackOfAChildTakenBackLeavesNoAlarmAbove() {
		try (OpenScope child = this.scopes.open(ScopeOptions.none())) {
			Registration registration = child.onCancel(this.trail.adding("stop"));

			registration.unregister();

			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void cancelledChildLeavesNoAlarmAbove() {
		try (OpenScope child = this.scopes.open(ScopeOptions.none())) {
			child.onCancel(this.trail.adding("stop"));

			child.cancel();

			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void expiredChildLeavesNoAlarmAbove() {
		try (OpenScope child = this.scopes.open(ScopeOptions.timeout(seconds(1)))) {
			child.onCancel(this.trail.adding("stop"));

			this.time.advance(seconds(1));

			assertThat(this.trail.words()).containsExactly("stop");
			assertThat(this.time.pending()).isZero();
		}
	}

	@Test
	void regionThatEndedLeavesNoAlarm() throws Exception {
		this.outer.interruptibly((scope) -> {
			assertThat(this.time.pending()).isEqualTo(1);
			return null;
		});

		assertThat(this.time.pending()).isZero();
	}

	@Test
	void interruptingChildLeavesNoAlarmAbove() {
		this.scopes.run(ScopeOptions.timeout(seconds(5)).interrupt(), CancelScope::check);

		assertThat(this.time.pending()).isZero();
	}

	@Test
	void groupLeavesNoAlarmAbove() throws Exception {
		ExecutorService pool = Executors.newSingleThreadExecutor();
		try (TaskGroup group = TaskGroup.open(this.scopes, ScopeOptions.timeout(seconds(5)), pool)) {
			group.fork(() -> "done");
			group.join();
		}
		finally {
			pool.shutdown();
		}

		assertThat(this.time.pending()).isZero();
	}

	@Test
	void oneThatIsStillThereKeepsTheAlarm() {
		try (OpenScope child = this.scopes.open(ScopeOptions.none())) {
			child.onCancel(this.trail.adding("child"));
			this.outer.onCancel(this.trail.adding("outer")).unregister();
			assertThat(this.time.pending()).isEqualTo(1);

			this.time.advance(seconds(9));

			assertThat(this.trail.words()).containsExactly("child");
		}
	}

	@Test
	void nextCallbackSetsTheAlarmAgain() {
		this.outer.onCancel(this.trail.adding("first")).unregister();
		try (OpenScope child = this.scopes.open(ScopeOptions.none())) {
			child.onCancel(this.trail.adding("second")).unregister();
			child.onCancel(this.trail.adding("third"));

			this.time.advance(seconds(9));

			assertThat(this.trail.words()).containsExactly("third");
		}
	}

	@Test
	void nextCallbackSetsTheAlarmForTheDeadlineMovedMeanwhile() {
		this.outer.onCancel(this.trail.adding("first")).unregister();
		this.outer.reschedule(Deadline.after(seconds(3), this.time));

		this.outer.onCancel(this.trail.adding("second"));
		this.time.advance(seconds(3));

		assertThat(this.trail.words()).containsExactly("second");
	}

}
