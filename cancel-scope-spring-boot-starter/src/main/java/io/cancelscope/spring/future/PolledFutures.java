package io.cancelscope.spring.future;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.cancelscope.spring.OneLineLog;

/**
 * Looks for the values of plain futures that nobody else asks: those whose scopes are
 * over. Such a future has no completion callback, so one thread polls all of them: every
 * few milliseconds at first, then less and less often. The thread ends with the last of
 * them.
 * <p>
 * Limitation: a future that a pool has dropped never ends, so none is kept for longer
 * than {@link #LONGEST_NANOS}.
 */
final class PolledFutures {

	private static final OneLineLog logger = OneLineLog.of(PolledFutures.class);

	private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

	private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	/** New ones. Guarded by the lock, like all below. */
	private final Deque<Polled> added = new ArrayDeque<>();

	private boolean running;

	private boolean closed;

	void watch(PolledStage<?> stage) {
		boolean start;
		this.lock.lock();
		try {
			if (this.closed) {
				return;
			}
			this.added.add(new Polled(stage, System.nanoTime()));
			start = !this.running;
			this.running = true;
			this.changed.signal();
		}
		finally {
			this.lock.unlock();
		}
		if (start) {
			start();
		}
	}

	private void start() {
		try {
			AbandonedFutureCleaner.newThread(this::run, "cancel-scope-polled-futures").start();
		}
		catch (Throwable ex) {
			this.lock.lock();
			try {
				this.running = false; // the next one tries again
			}
			finally {
				this.lock.unlock();
			}
			logger.warn("Could not start the thread that polls plain futures; the next call tries again", ex);
		}
	}

	/** From now on nobody is there to be given results. */
	void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.added.clear();
			this.changed.signal();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void run() {
		List<Polled> known = new ArrayList<>();
		long pause = SHORTEST_PAUSE_NANOS;
		while (true) {
			boolean more = takeAdded(known);
			if (known.isEmpty()) {
				if (isOver()) {
					return;
				}
				continue;
			}
			// Outside of the lock: the futures and the handlers are foreign code.
			boolean ended = known.removeIf(PolledFutures::isOver);
			pause = (more || ended) ? SHORTEST_PAUSE_NANOS : Math.min(2 * pause, LONGEST_PAUSE_NANOS);
			if (!known.isEmpty() && !await(pause)) {
				known.clear();
			}
		}
	}

	private boolean takeAdded(List<Polled> known) {
		this.lock.lock();
		try {
			boolean more = !this.added.isEmpty();
			known.addAll(this.added);
			this.added.clear();
			return more;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether the thread is to end: nothing has been added meanwhile. */
	private boolean isOver() {
		this.lock.lock();
		try {
			this.running = !this.added.isEmpty();
			return !this.running;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Waits until it is time to look, or something is added; false once it is closed. */
	private boolean await(long nanos) {
		this.lock.lock();
		try {
			long left = nanos;
			while (left > 0 && this.added.isEmpty() && !this.closed) {
				try {
					left = this.changed.awaitNanos(left);
				}
				catch (InterruptedException ex) {
					// Ignored: an interrupt left over by foreign code means nothing here.
				}
			}
			return !this.closed;
		}
		finally {
			this.lock.unlock();
		}
	}

	private static boolean isOver(Polled one) {
		try {
			one.stage.look();
			return one.stage.isDone() || System.nanoTime() - one.since > LONGEST_NANOS;
		}
		catch (Throwable ex) {
			logger.debug("Could not look for the result of a plain future", ex);
			return true;
		}
	}

	/** One that is waited for, and since when. */
	private record Polled(PolledStage<?> stage, long since) {

	}

}
