package io.cancelscope.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * Runs callbacks on the calling thread, but never inside a task of the timer, and never
 * inside another callback: there they wait until that one has ended. Each thread has its
 * own queue, so threads do not wait for each other.
 */
final class AfterTimers implements Executor {

	/** Set while the thread is inside a timer task or a callback, otherwise removed. */
	private final ThreadLocal<@Nullable Turn> turns = new ThreadLocal<>();

	@Override
	public void execute(Runnable callback) {
		Turn turn = this.turns.get();
		if (turn != null) {
			turn.waiting.add(callback);
			return;
		}
		run(new Turn(), callback, false);
	}

	/**
	 * Runs a task of the timer, and then the callbacks that were handed over meanwhile.
	 * If this thread is inside another task of the timer, they wait for the end of that
	 * one.
	 */
	void fire(Runnable task) {
		Turn turn = this.turns.get();
		run((turn != null) ? turn : new Turn(), task, true);
	}

	private void run(Turn turn, Runnable first, boolean timer) {
		boolean outermost = this.turns.get() == null;
		this.turns.set(turn);
		Trouble trouble = new Trouble();
		try {
			turn.timers += timer ? 1 : 0;
			trouble.run(first);
			turn.timers -= timer ? 1 : 0;
			while (turn.timers == 0 && !turn.waiting.isEmpty()) {
				trouble.run(turn.waiting.remove());
			}
		}
		finally {
			if (outermost) {
				this.turns.remove();
			}
		}
		trouble.rethrow();
	}

	/** The state of one thread, used by that thread only. */
	private static final class Turn {

		/** How many tasks of the timer the thread is inside of. */
		private int timers;

		private final Deque<Runnable> waiting = new ArrayDeque<>();

	}

	/** What was thrown so far. One failure keeps no callback from running. */
	private static final class Trouble {

		private @Nullable Throwable first;

		void run(Runnable task) {
			try {
				task.run();
			}
			catch (Throwable ex) {
				if (this.first == null) {
					this.first = ex;
				}
				else if (this.first != ex) {
					this.first.addSuppressed(ex);
				}
			}
		}

		void rethrow() {
			if (this.first != null) {
				Trouble.<RuntimeException>rethrow(this.first);
			}
		}

		@SuppressWarnings("unchecked")
		private static <X extends Throwable> void rethrow(Throwable thrown) throws X {
			throw (X) thrown;
		}

	}

}
