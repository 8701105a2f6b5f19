package io.cancelscope;

import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What happens while a scope sets its next alarm, and the one before is still there. One
 * test per race, drawn first.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class ReplacedAlarmTests {

	private final HookedTime time = new HookedTime();

	private final Trail trail = new Trail();

	private final OpenScope scope = this.time.scopes().openUnbound(ScopeOptions.timeout(seconds(10)));

	private final IllegalStateException failure = new IllegalStateException("no alarm to be had");

	private void register() {
		this.scope.onCancel(this.trail.adding("stop"));
	}

	private boolean moveTo(long second) {
		return this.scope.reschedule(Deadline.after(seconds(second), this.time));
	}

	private RuntimeException fail() {
		throw this.failure;
	}

	@Test
	void alarmThatIsReplacedWhileItIsScheduledIsTakenOut() {
		// schedule of the first ------- there
		// ---- reschedule to earlier
		this.time.whenNextScheduled(() -> moveTo(5));

		register();

		assertThat(this.time.scheduled()).isEqualTo(2);
		assertThat(this.time.pending()).isEqualTo(1);
	}

	@Test
	void alarmThatIsNeededNoMoreWhileItIsScheduledIsTakenOut() {
		// schedule ---------- there
		// ---- close of the scope
		this.time.whenNextScheduled(this.scope::close);

		register();

		assertThat(this.time.scheduled()).isEqualTo(1);
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void alarmBeforeCountsAgainIfTheNextCouldNotBeSet() {
		register();
		this.time.whenNextScheduled(this::fail);

		assertThat(catchThrowable(() -> moveTo(5))).isSameAs(this.failure);

		this.time.advance(seconds(10));
		assertThat(this.trail.words()).containsExactly("stop");
	}

	@Test
	void alarmBeforeThatRangMeanwhileIsHeardIfTheNextCouldNotBeSet() {
		// schedule of the next -------- fails
		// ---- the one before rings
		register();
		this.time.whenNextScheduled(() -> {
			this.time.advance(seconds(10));
			fail();
		});

		assertThat(catchThrowable(() -> moveTo(5))).isSameAs(this.failure);

		assertThat(this.trail.words()).containsExactly("stop");
	}

	@Test
	void alarmBeforeThatIsStillToRingIsNotHeardEarlier() {
		register();
		this.time.whenNextScheduled(() -> {
			this.time.advance(seconds(7));
			fail();
		});

		assertThat(catchThrowable(() -> moveTo(5))).isSameAs(this.failure);

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void thirdAlarmStaysIfTheSecondCouldNotBeSet() {
		// schedule of the second ------ fails
		// ---- reschedule to earlier
		register();
		this.time.whenNextScheduled(() -> {
			moveTo(3);
			fail();
		});

		assertThat(catchThrowable(() -> moveTo(5))).isSameAs(this.failure);

		assertThat(this.time.pending()).as("the third, and no other").isEqualTo(1);
		this.time.advance(seconds(3));
		assertThat(this.trail.words()).containsExactly("stop");
	}

	@Test
	void noAlarmIsLeftBehindIfTheScopeClosesWhileTheNextCannotBeSet() {
		// schedule of the next ------- fails
		// ---- close of the scope
		register();
		this.time.whenNextScheduled(() -> {
			this.scope.close();
			fail();
		});

		assertThat(catchThrowable(() -> moveTo(5))).isSameAs(this.failure);

		assertThat(this.time.pending()).isZero();
		this.time.advance(seconds(10));
		assertThat(this.trail.words()).isEmpty();
	}

}
