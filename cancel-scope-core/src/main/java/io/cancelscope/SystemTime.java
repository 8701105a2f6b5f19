package io.cancelscope;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The JVM's clock and one daemon timer thread, which starts when something is first
 * scheduled and ends when nothing has been for a while.
 * <p>
 * Most deadlines never pass: the scope closes in time and takes its entry away. So the
 * thread is woken only for an entry that is due before it would wake anyway, and is not
 * told when the one it sleeps for has gone: it wakes once for nothing, and looks again.
 * That holds too for one that has gone before the thread was even awake. A scheduler that
 * signals each new head, as the JDK's does, wakes its thread for every scope of an
 * otherwise idle application. See {@code docs/decisions/0001-timer.md}.
 */
final class SystemTime implements TimeSource {

	static final SystemTime INSTANCE = new SystemTime(TimeUnit.SECONDS.toNanos(30));

	private static final Logger logger = System.getLogger(CancelScope.class.getName());

	private static final ThreadFactory THREADS = DaemonThreads.named("cancel-scope-timer");

	private static final long FARTHEST_NANOS = 1L << 61;

	private final long idleNanos;

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock, like all below. */
	private final TimerQueue queue = new TimerQueue();

	private volatile @Nullable Thread thread;

	/** When the thread will wake by itself, or is to, once it has looked. */
	private long wakesAt;

	/** Nothing was there when the thread fell asleep, and nothing has come since. */
	private boolean idle;

	SystemTime(long idleNanos) {
		this.idleNanos = idleNanos;
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public Runnable schedule(Runnable task, long delayNanos) {
		long delay = Math.max(0, Math.min(delayNanos, FARTHEST_NANOS));
		return schedule(new Alarm(task, System.nanoTime() + delay));
	}

	/** For who knows when: two readings of the clock less, a quarter of such a scope. */
	static Runnable scheduleAt(TimeSource timeSource, Runnable task, long due) {
		return (timeSource instanceof SystemTime system) ? system.schedule(system.new Alarm(task, due))
				: timeSource.schedule(task, due - timeSource.nanoTime());
	}

	private Alarm schedule(Alarm alarm) {
		Thread sleeper = null;
		this.lock.lock();
		try {
			this.queue.add(alarm);
			this.idle = false;
			if (this.thread == null) {
				start();
				this.wakesAt = alarm.due;
			}
			else if (alarm.due - this.wakesAt < 0) {
				this.wakesAt = alarm.due;
				sleeper = this.thread;
			}
		}
		finally {
			this.lock.unlock();
		}
		LockSupport.unpark(sleeper);
		return alarm;
	}

	private void remove(Alarm alarm) {
		this.lock.lock();
		try {
			this.queue.remove(alarm);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** How many tasks wait. */
	int pending() {
		this.lock.lock();
		try {
			return this.queue.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isRunning() {
		return this.thread != null;
	}

	boolean isTimerThread() {
		return Thread.currentThread() == this.thread;
	}

	private void start() {
		Thread thread = THREADS.newThread(this::watch);
		thread.start();
		this.thread = thread;
	}

	private void watch() {
		while (true) {
			TimerQueue.Entry due = null;
			long sleep = 0;
			this.lock.lock();
			try {
				long now = System.nanoTime();
				TimerQueue.Entry first = this.queue.first();
				if (first != null && first.due - now <= 0) {
					this.queue.remove(first);
					due = first;
				}
				else if (first == null && this.idle && this.wakesAt - now <= 0) {
					this.thread = null;
					return;
				}
				else {
					sleep = sleepFrom(now, first);
				}
			}
			finally {
				this.lock.unlock();
			}
			if (due != null) {
				run(due.task);
			}
			else {
				sleep(sleep);
			}
		}
	}

	/**
	 * How long to sleep. An entry that the thread was woken for and that has gone since
	 * is slept for all the same: the next one like it need not wake the thread then.
	 */
	private long sleepFrom(long now, TimerQueue.@Nullable Entry first) {
		long sleep = (first != null) ? first.due - now : this.idleNanos;
		long planned = this.wakesAt - now;
		if (planned > 0 && planned < sleep) {
			return planned;
		}
		this.idle = first == null;
		this.wakesAt = now + sleep;
		return sleep;
	}

	private void sleep(long nanos) {
		// An interrupt is nothing to this thread, and would keep it from sleeping.
		Thread.interrupted();
		LockSupport.parkNanos(this, nanos);
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			logger.log(Level.ERROR, "A task of the timer failed; the timer goes on", ex);
		}
	}

	@Override
	public String toString() {
		return "TimeSource.system()";
	}

	/** An entry that is its own way out. */
	private final class Alarm extends TimerQueue.Entry implements Runnable {

		Alarm(Runnable task, long due) {
			super(task, due);
		}

		@Override
		public void run() {
			remove(this);
		}

	}

}
