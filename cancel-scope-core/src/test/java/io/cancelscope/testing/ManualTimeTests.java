package io.cancelscope.testing;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

@ExtendWith(ThreadStaysClean.class)
class ManualTimeTests {

	private final ManualTime time = new ManualTime();

	private final Trail trail = new Trail();

	@Test
	void clockStandsStillUntilItIsMoved() {
		assertThat(this.time.nanoTime()).isZero();

		this.time.advance(Duration.ofNanos(7));

		assertThat(this.time.nanoTime()).isEqualTo(7);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE, Long.MIN_VALUE })
	void clockWraps(long start) {
		ManualTime wrapping = new ManualTime(start);
		wrapping.schedule(() -> this.trail.add("second"), 20);
		wrapping.schedule(() -> this.trail.add("first"), 10);

		wrapping.advance(Duration.ofNanos(30));

		assertThat(wrapping.nanoTime() - start).isEqualTo(30);
		assertThat(this.trail.words()).containsExactly("first", "second");
	}

	@Test
	void whatIsDueFiresInOrderAtItsInstant() {
		this.time.schedule(() -> this.trail.add("c at " + this.time.nanoTime()), 30);
		this.time.schedule(() -> this.trail.add("a at " + this.time.nanoTime()), 10);
		this.time.schedule(() -> this.trail.add("b at " + this.time.nanoTime()), 10);
		this.time.schedule(() -> this.trail.add("later"), 41);

		this.time.advance(Duration.ofNanos(40));

		assertThat(this.trail.words()).containsExactly("a at 10", "b at 10", "c at 30");
		assertThat(this.time.pending()).isEqualTo(1);
	}

	@Test
	void taskScheduledByATaskFiresOnTheSameWayIfItIsDue() {
		this.time.schedule(() -> this.time.schedule(() -> this.trail.add("at " + this.time.nanoTime()), 5), 10);

		this.time.advance(Duration.ofNanos(20));

		assertThat(this.trail.words()).containsExactly("at 15");
	}

	@Test
	void cancelledTaskDoesNotFire() {
		Runnable cancel = this.time.schedule(() -> this.trail.add("no"), 10);

		cancel.run();
		cancel.run();
		this.time.advance(Duration.ofNanos(20));

		assertThat(this.trail.words()).isEmpty();
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void taskDueNowFiresOnAdvancingByNothing() {
		this.time.schedule(() -> this.trail.add("now"), 0);
		this.time.schedule(() -> this.trail.add("overdue"), -5);
		assertThat(this.trail.words()).isEmpty();

		this.time.advance(Duration.ZERO);

		assertThat(this.trail.words()).containsExactly("now", "overdue");
	}

	@Test
	void exceptionOfATaskComesOutAtItsInstant() {
		this.time.schedule(() -> {
			throw new IllegalStateException("broken");
		}, 10);

		assertThatIllegalStateException().isThrownBy(() -> this.time.advance(Duration.ofNanos(20)));

		assertThat(this.time.nanoTime()).isEqualTo(10);
	}

	@Test
	void hugeStepsDoNotOverflow() {
		this.time.schedule(() -> this.trail.add("far"), Long.MAX_VALUE);
		this.time.advance(Duration.ofNanos(10));

		this.time.advance(Duration.ofSeconds(Long.MAX_VALUE));

		assertThat(this.trail.words()).containsExactly("far");
	}

	@Test
	void timeDoesNotGoBack() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.time.advance(Duration.ofNanos(-1)))
			.withMessageContaining("must not be negative, but was -");
		assertThatNullPointerException().isThrownBy(() -> this.time.advance(null)).withMessage("duration");
		assertThatNullPointerException().isThrownBy(() -> this.time.schedule(null, 1)).withMessage("task");
	}

	@Test
	void clockTellsWhereItStands() {
		this.time.schedule(() -> this.trail.add("no"), 10);

		this.time.advance(Duration.ofNanos(5));

		assertThat(this.time).hasToString("ManualTime[PT0.000000005S after its start, 1 pending]");
	}

}
