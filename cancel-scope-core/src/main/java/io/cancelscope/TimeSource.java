package io.cancelscope;

/**
 * Where time comes from: one object tells it and wakes by it, so that a test which owns
 * the one owns the other. See {@link io.cancelscope.testing.ManualTime}.
 */
public interface TimeSource {

	/**
	 * Returns the current reading of a monotonic clock, in nanoseconds from an arbitrary
	 * origin. It may wrap around; only differences of two readings mean anything.
	 * @return the reading
	 */
	long nanoTime();

	/**
	 * Runs a task once, when the delay has passed. Called only where something must be
	 * woken; the tasks are short and never run user code.
	 * @param task what to run
	 * @param delayNanos the delay in nanoseconds; zero or less means as soon as possible
	 * @return cancels the task if it has not begun; running it twice does nothing
	 */
	Runnable schedule(Runnable task, long delayNanos);

	/**
	 * Returns the system's time: {@link System#nanoTime()} and one daemon timer thread,
	 * which starts when it is first needed and ends when it is idle.
	 * @return the same object every time
	 */
	static TimeSource system() {
		return SystemTime.INSTANCE;
	}

}
