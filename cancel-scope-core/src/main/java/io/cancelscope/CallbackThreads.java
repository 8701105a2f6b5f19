package io.cancelscope;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The library's own threads for what stops and what is told. A task is never lost: it
 * waits in a queue until a thread is free, and where none can be made now it is tried
 * again.
 * <p>
 * The number of threads is bounded, and still a short task passes long ones. Up to
 * {@link #quick} threads come at once, each started by the one before it, so that who
 * hands over a task only starts the first. Beyond that a virtual thread takes over where
 * there are any; elsewhere a few more come whenever the queue has not moved for
 * {@link #PRESSURE_NANOS}, up to {@link #most}. The first threads are platform threads
 * everywhere: virtual ones wait for a carrier, and an application that keeps all of them
 * busy is what a stop may be for.
 */
final class CallbackThreads implements Executor {

	static final CallbackThreads SHARED = create();

	private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(3);

	private static final long PRESSURE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	/** How many more threads each time. */
	private static final int MORE = 8;

	private static final String NAME = "cancel-scope-callback";

	private final ThreadFactory threads;

	private final @Nullable ThreadFactory virtual;

	private final long idleNanos;

	private final int quick;

	private final int most;

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock, like all below. */
	private final Condition added = this.lock.newCondition();

	private final Deque<Runnable> queue = new ArrayDeque<>();

	private int alive;

	/** How many there may be now: more than {@link #quick} only under pressure. */
	private int allowed;

	private int idle;

	/** A thread was started or woken, and has not looked into the queue yet. */
	private boolean coming;

	/** How many tasks were taken out of the queue. */
	private long taken;

	private boolean watched;

	private boolean complained;

	CallbackThreads(String name, int quick, int most, @Nullable ThreadFactory virtual) {
		this(DaemonThreads.named(name), quick, most, virtual, IDLE_NANOS);
	}

	CallbackThreads(ThreadFactory threads, int quick, int most, @Nullable ThreadFactory virtual, long idleNanos) {
		this.threads = threads;
		this.quick = quick;
		this.allowed = quick;
		this.most = most;
		this.virtual = virtual;
		this.idleNanos = idleNanos;
	}

	private static CallbackThreads create() {
		ThreadFactory virtual = DaemonThreads.virtual(NAME + "-v");
		return new CallbackThreads(NAME, (virtual != null) ? 32 : 256, 1024, virtual);
	}

	@Override
	public void execute(Runnable task) {
		Step step;
		this.lock.lock();
		try {
			this.queue.add(task);
			step = summon();
		}
		finally {
			this.lock.unlock();
		}
		take(step);
	}

	/** How many of its platform threads there are now. */
	int alive() {
		this.lock.lock();
		try {
			return this.alive;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Decides, with the lock, who comes for what is in the queue. */
	private Step summon() {
		if (this.coming || this.queue.isEmpty()) {
			return Step.NONE;
		}
		if (this.idle > 0) {
			this.coming = true;
			this.added.signal();
			return Step.NONE;
		}
		if (this.alive < this.allowed) {
			this.coming = true;
			this.alive++;
			return Step.START;
		}
		return (this.virtual != null) ? Step.GO_VIRTUAL : announceWatch();
	}

	private Step announceWatch() {
		if (this.watched) {
			return Step.NONE;
		}
		this.watched = true;
		return Step.WATCH;
	}

	/** Does what was decided, without the lock: all of it may take its time. */
	private void take(Step step) {
		switch (step) {
			case START -> start();
			case WATCH -> watch();
			case GO_VIRTUAL -> goVirtual();
			case NONE -> {
			}
		}
	}

	private void start() {
		try {
			this.threads.newThread(this::work).start();
		}
		catch (Throwable ex) {
			Step step;
			this.lock.lock();
			try {
				this.alive--;
				this.coming = false;
				step = announceWatch(); // until threads can be had again
			}
			finally {
				this.lock.unlock();
			}
			take(step);
		}
	}

	private void watch() {
		long seen = taken();
		try {
			SystemTime.INSTANCE.schedule(() -> look(seen), PRESSURE_NANOS);
		}
		catch (Throwable ex) {
			this.lock.lock();
			try {
				this.watched = false; // the next task tries again
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	private long taken() {
		this.lock.lock();
		try {
			return this.taken;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** On the timer's thread: has the queue moved? */
	private void look(long seen) {
		Step step = Step.NONE;
		boolean again;
		boolean complain = false;
		this.lock.lock();
		try {
			this.watched = false;
			if (!this.queue.isEmpty() && this.taken == seen) {
				complain = this.alive >= this.most && !this.coming && !this.complained;
				this.complained |= complain;
				this.allowed = Math.min(this.most, Math.max(this.allowed, this.alive + MORE));
				step = summon();
			}
			again = !this.queue.isEmpty() && step != Step.WATCH && announceWatch() == Step.WATCH;
		}
		finally {
			this.lock.unlock();
		}
		take(step);
		if (again) {
			watch();
		}
		if (complain) {
			complain();
		}
	}

	private void goVirtual() {
		for (Runnable task = pollNow(); task != null; task = pollNow()) {
			Runnable taken = task;
			try {
				Objects.requireNonNull(this.virtual).newThread(() -> run(taken)).start();
			}
			catch (Throwable ex) {
				putBack(taken);
				return;
			}
		}
	}

	private @Nullable Runnable pollNow() {
		this.lock.lock();
		try {
			return this.queue.poll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void putBack(Runnable task) {
		Step step;
		this.lock.lock();
		try {
			this.queue.addFirst(task);
			step = announceWatch();
		}
		finally {
			this.lock.unlock();
		}
		take(step);
	}

	private void work() {
		for (Runnable task = next(); task != null; task = next()) {
			run(task);
		}
	}

	/** The next task, or {@code null} if none has come for a while: the thread ends. */
	private @Nullable Runnable next() {
		Step step = Step.NONE;
		Runnable task;
		this.lock.lock();
		try {
			this.coming = false;
			awaitTask();
			task = this.queue.poll();
			if (task != null) {
				this.taken++;
				step = summon();
			}
			else {
				this.alive--;
				this.allowed = Math.max(this.quick, Math.min(this.allowed, this.alive));
			}
		}
		finally {
			this.lock.unlock();
		}
		take(step);
		return task;
	}

	private void awaitTask() {
		long left = this.idleNanos;
		while (this.queue.isEmpty() && left > 0) {
			this.idle++;
			try {
				left = this.added.awaitNanos(left);
			}
			catch (InterruptedException ex) {
				// Ignored: an interrupt left over by foreign code means nothing here.
			}
			finally {
				this.idle--;
			}
			this.coming = false;
		}
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			Foreign.log(Level.ERROR, () -> "A task of the library's threads failed. The threads continue", ex);
		}
		finally {
			Thread.interrupted();
		}
	}

	private void complain() {
		try {
			this.threads.newThread(() -> Foreign.log(Level.WARNING,
					() -> "All " + this.most
							+ " threads for callbacks are blocked, so further callbacks wait. Check what the"
							+ " callbacks of cancelled scopes wait for. Logged once.",
					null))
				.start();
		}
		catch (Throwable ex) {
			// Ignored: there is no thread to say it.
		}
	}

	/** What is left to do when the lock is free again. */
	private enum Step {

		NONE, START, WATCH, GO_VIRTUAL

	}

}
