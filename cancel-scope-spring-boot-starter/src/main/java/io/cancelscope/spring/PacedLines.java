package io.cancelscope.spring;

import java.time.Duration;

import io.cancelscope.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Pace of the lines of one kind in the log: at most one for the scopes of each name in a
 * while, since they come by the hundred when a database hangs. Those in between are
 * counted. For features. Thread-safe.
 */
public final class PacedLines {

	/** The usual time between two lines. */
	public static final Duration INTERVAL = Duration.ofSeconds(10);

	private static final int MOST_NAMES = 1_000;

	private final BoundedNames<Turn> turns = new BoundedNames<>(MOST_NAMES, (name) -> new Turn());

	private final TimeSource time;

	private final Duration interval;

	/**
	 * Creates an instance with the usual interval, on the system's time source.
	 */
	public PacedLines() {
		this(TimeSource.system(), INTERVAL);
	}

	/**
	 * Creates an instance.
	 * @param time the time source
	 * @param interval the shortest time between two lines for scopes of one name
	 */
	public PacedLines(TimeSource time, Duration interval) {
		this.time = time;
		this.interval = interval;
	}

	/**
	 * Returns whether a line can be logged now. Otherwise, this event is counted for the
	 * next line.
	 * @param name the name of the scope
	 * @return the end of the line, which is empty or reports how many events had no line
	 * since the last one; {@code null} if it is too early for a line
	 */
	public @Nullable String next(String name) {
		long silent = this.turns.get(name).take(this.time.nanoTime(), this.interval.toNanos());
		if (silent < 0) {
			return null;
		}
		return (silent > 0) ? "; and " + silent + " more since the last line" : "";
	}

	/** When scopes of one name may have a line again. */
	private static final class Turn {

		private long silent;

		private long lastLine;

		private boolean hadLine;

		/**
		 * Takes a turn, if it is time.
		 * @return how many had none since the last line, or -1 if it is too early
		 */
		synchronized long take(long now, long interval) {
			if (this.hadLine && now - this.lastLine < interval) {
				this.silent++;
				return -1;
			}
			long silent = this.silent;
			this.silent = 0;
			this.hadLine = true;
			this.lastLine = now;
			return silent;
		}

	}

}
