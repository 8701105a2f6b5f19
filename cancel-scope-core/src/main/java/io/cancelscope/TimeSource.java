package io.cancelscope;

/**
 * Clock and timer in one object, so that a test which controls the clock also controls
 * the timer. See {@link io.cancelscope.testing.ManualTime}.
 */
public interface TimeSource {

	/**
	 * Returns the current value of a monotonic clock, in nanoseconds since an arbitrary
	 * origin. The value can wrap around, so only the difference of two values is
	 * meaningful.
	 * @return the value
	 */
	long nanoTime();

	/**
	 * Runs a task once, after the delay has passed. The library schedules only tasks that
	 * must wake code. They are short and, on the system's time source, never run
	 * application code.
	 * @param task the task to run
	 * @param delayNanos the delay in nanoseconds; zero or negative runs it as soon as
	 * possible
	 * @return an action that cancels the task if it has not started; a second run of the
	 * action has no effect
	 */
	Runnable schedule(Runnable task, long delayNanos);

	/**
	 * Returns the system's time source: {@link System#nanoTime()} and one daemon timer
	 * thread, which starts when it is first needed and ends when it is idle.
	 * @return the same object on every call
	 */
	static TimeSource system() {
		return SystemTime.INSTANCE;
	}

}
