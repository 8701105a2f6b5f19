package io.cancelscope.spring;

import io.cancelscope.LogText;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The starter's way to the log. Whatever a message quotes (names, reasons, headers, names
 * of threads and beans, messages of exceptions), it stays one line and has no control
 * characters. Nothing else in the starter has a logger, so no line can forget that. For
 * features.
 * <p>
 * Limitation: the stack trace of an exception is written by the logging system, and
 * foreign exceptions say there what they like.
 */
public final class OneLineLog {

	private static final int LONGEST_LINE = 4_000;

	private final Log log;

	private OneLineLog(Log log) {
		this.log = log;
	}

	/**
	 * Returns the log of a class.
	 * @param type the class that the lines are logged for
	 * @return the log
	 */
	public static OneLineLog of(Class<?> type) {
		return new OneLineLog(LogFactory.getLog(type));
	}

	/**
	 * Returns whether information is logged, for lines that cost something to make.
	 * @return whether it is
	 */
	public boolean isInfoEnabled() {
		return this.log.isInfoEnabled();
	}

	/**
	 * Logs something that only helps to find errors.
	 * @param message the line
	 */
	public void debug(String message) {
		debug(message, null);
	}

	/**
	 * Logs something that only helps to find errors.
	 * @param message the line
	 * @param thrown what is logged with its stack trace, or {@code null}
	 */
	public void debug(String message, @Nullable Throwable thrown) {
		if (this.log.isDebugEnabled()) {
			this.log.debug(line(message), thrown);
		}
	}

	/**
	 * Logs something to know.
	 * @param message the line
	 */
	public void info(String message) {
		if (this.log.isInfoEnabled()) {
			this.log.info(line(message));
		}
	}

	/**
	 * Logs something to do.
	 * @param message the line
	 */
	public void warn(String message) {
		warn(message, null);
	}

	/**
	 * Logs something to do.
	 * @param message the line
	 * @param thrown what is logged with its stack trace, or {@code null}
	 */
	public void warn(String message, @Nullable Throwable thrown) {
		if (this.log.isWarnEnabled()) {
			this.log.warn(line(message), thrown);
		}
	}

	private static String line(String message) {
		return LogText.of(message, LONGEST_LINE);
	}

}
