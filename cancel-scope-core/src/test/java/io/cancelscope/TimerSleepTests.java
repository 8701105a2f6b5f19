package io.cancelscope;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * How long the timer's thread means to sleep, which decides who has to wake it.
 */
@Timeout(60)
class TimerSleepTests {

	private static final long IDLE = TimeUnit.MINUTES.toNanos(10);

	private static final long BRIEF = TimeUnit.MILLISECONDS.toNanos(20);

	private static final long LONGER = TimeUnit.MILLISECONDS.toNanos(500);

	private static final Duration GENEROUS = Duration.ofSeconds(20);

	private final SystemTime time = new SystemTime(IDLE);

	private final Set<TimerLane> lanes = new HashSet<>();

	private final List<Alarm> alarms = new ArrayList<>();

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
		awaitIdle();
	}

	@AfterEach
	void takeAllAlarmsAway() {
		this.alarms.forEach(Alarm::leave);
	}

	private Alarm set(long due, TimerLane lane) {
		Alarm alarm = new Alarm(due, lane);
		this.alarms.add(alarm);
		this.time.add(alarm);
		return alarm;
	}

	private void awaitIdle() {
		awaitSleepUntil(Duration.ofNanos(IDLE), Duration.ofMinutes(2));
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
		awaitIdle();

		assertThat(this.time.isRunning()).isTrue();
	}

	@Test
	void threadSleepsUntilTheFirstAlarmWhicheverThreadSetIt() {
		for (TimerLane lane : this.lanes) {
			set(this.started + IDLE / 2, lane);
		}
		set(this.started + IDLE / 4, this.time.lane());

		awaitSleepUntil(Duration.ofNanos(IDLE / 4), Duration.ZERO);
	}

	/** So the next alarm like it need not wake the thread. */
	@Test
	void threadSleepsUntilTheAlarmItWasWokenForAlsoIfThatHasGone() {
		assumeTrue(this.lanes.size() > 1, "where there is one processor, there is one queue");
		Iterator<TimerLane> some = this.lanes.iterator();
		CountDownLatch ringing = new CountDownLatch(1);
		CountDownLatch gone = new CountDownLatch(1);
		this.time.add(new Alarm(System.nanoTime(), some.next(), () -> {
			ringing.countDown();
			Patience.await(gone);
		}));
		assertThat(Patience.await(ringing)).isTrue();

		Alarm brief = set(this.started + IDLE / 4, some.next());
		assertThat(brief.leave()).isTrue();
		gone.countDown();

		awaitSleepUntil(Duration.ofNanos(IDLE / 4), Duration.ZERO);
		assertThat(this.time.pending()).isZero();
	}

	@Test
	void earliestAlarmRingsInWhicheverQueueItIs() {
		for (TimerLane early : this.lanes) {
			for (TimerLane late : this.lanes) {
				if (late != early) {
					set(this.started + IDLE / 2, late);
				}
			}
			CountDownLatch rung = new CountDownLatch(1);
			this.time.add(new Alarm(System.nanoTime() + BRIEF, early, rung::countDown));

			assertThat(Patience.await(rung)).isTrue();
			takeAllAlarmsAway();
		}
	}

	/** A thread that asks for the time until an alarm is due would ring in time, too. */
	@Test
	void threadUsesNoProcessorUntilAnAlarmIsDue() throws Exception {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		assumeTrue(threads.isCurrentThreadCpuTimeSupported(), "this JVM does not measure threads");
		BlockingQueue<Long> used = new LinkedBlockingQueue<>();
		long now = System.nanoTime();
		for (long due : new long[] { now, now + LONGER }) {
			this.time.add(new Alarm(due, this.time.lane(), () -> used.add(threads.getCurrentThreadCpuTime())));
		}

		Long first = used.poll(GENEROUS.toSeconds(), TimeUnit.SECONDS);
		Long second = used.poll(GENEROUS.toSeconds(), TimeUnit.SECONDS);

		assertThat(first).isNotNull();
		assertThat(second).isNotNull().isLessThan(first + LONGER / 2);
	}

	@Test
	void alarmLeavesOnce() {
		Alarm alarm = set(this.started + IDLE / 2, this.time.lane());

		assertThat(alarm.leave()).isTrue();
		assertThat(alarm.leave()).isFalse();
	}

	private static final class Alarm extends SystemTime.Alarm {

		private final Runnable whatItDoes;

		/** One that never rings in these tests. */
		Alarm(long due, TimerLane lane) {
			this(due, lane, () -> {
				throw new AssertionError("It rang");
			});
		}

		Alarm(long due, TimerLane lane, Runnable whatItDoes) {
			super(due, lane);
			this.whatItDoes = whatItDoes;
		}

		@Override
		void ring() {
			this.whatItDoes.run();
		}

	}

}
