package io.cancelscope;

import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * The JVM's clock and one daemon timer thread, which starts when something is first
 * scheduled and ends when nothing has been for some seconds. It runs no foreign code.
 * <p>
 * Most deadlines never pass: the scope closes in time and takes its entry away. So the
 * thread is woken only for an entry that is due before it would wake anyway, and is not
 * told when the one it sleeps for has gone: it wakes once for nothing, and looks again.
 * That holds too for one that has gone before the thread was even awake. A scheduler that
 * signals each new head, as the JDK's does, wakes its thread for every scope of an
 * otherwise idle application. And so that the threads of a busy one do not wait for each
 * other, the entries are in several queues. See {@code docs/decisions/0001-timer.md}.
 */
final class SystemTime implements TimeSource {

	static final SystemTime INSTANCE = new SystemTime(TimeUnit.SECONDS.toNanos(3));

	private static final ThreadFactory THREADS = DaemonThreads.named("cancel-scope-timer");

	private static final long FARTHEST_NANOS = 1L << 61;

	private static final int MOST_LANES = 32;

	private final long idleNanos;

	private final TimerLane[] lanes;

	/**
	 * Written under this object's monitor, and no lane's lock is held while taking it.
	 */
	private volatile @Nullable Thread thread;

	SystemTime(long idleNanos) {
		this.idleNanos = idleNanos;
		int processors = Math.min(Runtime.getRuntime().availableProcessors(), MOST_LANES);
		this.lanes = new TimerLane[Integer.highestOneBit(2 * processors - 1)];
		Arrays.setAll(this.lanes, (i) -> new TimerLane());
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		long delay = Math.max(0, Math.min(delayNanos, FARTHEST_NANOS));
		Task scheduled = new Task(task, System.nanoTime() + delay, lane());
		add(scheduled);
		return scheduled;
	}

	/** For who has an alarm already: two readings of the clock and an object less. */
	void add(Alarm alarm) {
		if (alarm.lane.add(alarm)) {
			wakeFor(alarm);
		}
	}

	/** Where an alarm that the calling thread makes belongs. */
	TimerLane lane() {
		return this.lanes[(int) Thread.currentThread().getId() & (this.lanes.length - 1)];
	}

	private void wakeFor(Alarm alarm) {
		try {
			wake();
		}
		catch (Throwable ex) {
			alarm.leave();
			alarm.lane.leave();
			throw ex;
		}
	}

	private synchronized void wake() {
		if (this.thread != null) {
			LockSupport.unpark(this.thread);
			return;
		}
		this.thread = THREADS.newThread(this::watch);
		try {
			this.thread.start();
		}
		catch (Throwable ex) {
			this.thread = null; // out of threads; the next one tries again
			throw ex;
		}
	}

	/** How many tasks wait. */
	int pending() {
		int pending = 0;
		for (TimerLane lane : this.lanes) {
			pending += lane.size();
		}
		return pending;
	}

	boolean isRunning() {
		return this.thread != null;
	}

	boolean isTimerThread() {
		return Thread.currentThread() == this.thread;
	}

	private void watch() {
		long emptySince = 0;
		boolean empty = false;
		while (true) {
			Alarm first = first();
			long now = System.nanoTime();
			if (first != null && first.due - now <= 0) {
				if (first.leave()) {
					ring(first);
				}
				continue;
			}
			if (first != null) {
				empty = false;
			}
			else if (!empty) {
				empty = true;
				emptySince = now;
			}
			else if (now - emptySince >= this.idleNanos && end()) {
				return;
			}
			sleep(now, until(first, now));
		}
	}

	/**
	 * Until the first entry is due, or the thread planned to look. Never for long: the
	 * entry may go, and nobody tells.
	 */
	private long until(@Nullable Alarm first, long now) {
		long until = now + this.idleNanos;
		if (first != null && first.due - until < 0) {
			until = first.due;
		}
		long planned = planned(now);
		return (planned - until < 0) ? planned : until;
	}

	private @Nullable Alarm first() {
		TimerQueue.Entry first = null;
		for (TimerLane lane : this.lanes) {
			TimerQueue.Entry next = lane.first();
			if (next != null && (first == null || next.due - first.due < 0)) {
				first = next;
			}
		}
		return (Alarm) first;
	}

	/**
	 * When the thread was going to look, if that is still to come. An entry that it was
	 * woken for and that has gone since is slept for all the same: the next one like it
	 * need not wake the thread then.
	 */
	private long planned(long now) {
		long planned = now + FARTHEST_NANOS;
		for (TimerLane lane : this.lanes) {
			long looksAt = lane.looksAt();
			if (looksAt - now > 0 && looksAt - planned < 0) {
				planned = looksAt;
			}
		}
		return planned;
	}

	/** Nothing was there when the thread fell asleep: it ends, if nothing has come. */
	private synchronized boolean end() {
		for (TimerLane lane : this.lanes) {
			if (!lane.leave()) {
				return false;
			}
		}
		this.thread = null;
		return true;
	}

	private void sleep(long now, long until) {
		for (TimerLane lane : this.lanes) {
			if (!lane.sleepUntil(until)) {
				return;
			}
		}
		// An interrupt is nothing to this thread, and would keep it from sleeping.
		Thread.interrupted();
		LockSupport.parkNanos(this, until - now);
	}

	private static void ring(Alarm alarm) {
		try {
			alarm.ring();
		}
		catch (Throwable ex) {
			complain(ex);
		}
	}

	private static void complain(Throwable thrown) {
		try {
			Foreign.log(Level.ERROR, () -> "A task of the timer failed. The timer continues", thrown);
		}
		catch (Throwable ex) {
			// Ignored: nothing ends this thread but having nothing to do.
		}
	}

	@Override
	public String toString() {
		return "TimeSource.system()";
	}

	/** What rings at its time, once, unless it leaves before. */
	abstract static class Alarm extends TimerQueue.Entry {

		private final TimerLane lane;

		Alarm(long due, TimerLane lane) {
			super(due);
			this.lane = lane;
		}

		/** Its time has come; on the timer's thread. */
		abstract void ring();

		/**
		 * Takes it away, for good.
		 * @return {@code false} if it was not there, or not any more
		 */
		boolean leave() {
			return this.lane.remove(this);
		}

	}

	/** A task that somebody schedules, and its own way out. */
	private static final class Task extends Alarm implements Runnable {

		private final Runnable task;

		Task(Runnable task, long due, TimerLane lane) {
			super(due, lane);
			this.task = task;
		}

		@Override
		void ring() {
			this.task.run();
		}

		@Override
		public void run() {
			leave();
		}

	}

}
