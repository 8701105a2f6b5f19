package io.cancelscope;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How long the timer's thread means to sleep, which decides who has to wake it.
 */
@Timeout(60)
class TimerSleepTests {

	private static final long IDLE = TimeUnit.MINUTES.toNanos(10);

	private static final Duration GENEROUS = Duration.ofSeconds(20);

	private final SystemTime time = new SystemTime(IDLE);

	private final Set<TimerLane> lanes = new HashSet<>();

	private long started;

	@BeforeEach
	void startTheThread() throws Exception {
		for (int i = 0; i < 64; i++) {
			Thread one = new Thread(() -> this.lanes.add(this.time.lane()));
			one.start();
			one.join();
		}
		CountDownLatch rung = new CountDownLatch(1);
		this.started = System.nanoTime();
		this.time.schedule(rung::countDown, 0);
		assertThat(Patience.await(rung)).isTrue();
	}

	private void awaitSleepUntil(Duration fromStart, Duration more) {
		long from = this.started + fromStart.toNanos();
		await("what the thread sleeps until").atMost(GENEROUS)
			.until(() -> this.lanes.stream()
				.map((lane) -> lane.looksAt() - from)
				.allMatch((late) -> late >= 0 && late <= more.toNanos()));
	}

	@Test
	void threadThatHasNothingToDoSleepsForItsIdleTime() {
		awaitSleepUntil(Duration.ofNanos(IDLE), Duration.ofMinutes(2));
	}

	@Test
	void threadSleepsUntilTheFirstAlarmWhicheverThreadSetIt() {
		for (TimerLane lane : this.lanes) {
			this.time.add(new Alarm(this.started + IDLE / 2, lane));
		}
		this.time.add(new Alarm(this.started + IDLE / 4, this.time.lane()));

		awaitSleepUntil(Duration.ofNanos(IDLE / 4), Duration.ZERO);
	}

	/** So the next alarm like it need not wake the thread. */
	@Test
	void threadSleepsUntilTheAlarmItWasWokenForAlsoIfThatHasGone() {
		Alarm brief = new Alarm(this.started + IDLE / 4, this.time.lane());

		this.time.add(brief);
		assertThat(brief.leave()).isTrue();

		awaitSleepUntil(Duration.ofNanos(IDLE / 4), Duration.ZERO);
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void alarmLeavesOnce() {
		Alarm alarm = new Alarm(this.started + IDLE / 2, this.time.lane());
		this.time.add(alarm);

		assertThat(alarm.leave()).isTrue();
		assertThat(alarm.leave()).isFalse();
	}

	/** One that never rings in these tests. */
	private static final class Alarm extends SystemTime.Alarm {

		Alarm(long due, TimerLane lane) {
			super(due, lane);
		}

		@Override
		void ring() {
			throw new AssertionError("It rang");
		}

	}

}
