package io.cancelscope.spring;

import io.cancelscope.LogText;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Log of the starter. Each message stays on one line and contains no control characters,
 * whatever it quotes: names, reasons, headers, messages of exceptions. No other class of
 * the starter has a logger, so every line is safe. For features.
 * <p>
 * Limitation: the logging system writes the stack trace of an exception, whose text is
 * not changed.
 */
public final class OneLineLog {

	private static final int LONGEST_LINE = 4_000;

	private final Log log;

	private OneLineLog(Log log) {
		this.log = log;
	}

	/**
	 * Returns the log of a class.
	 * @param type the class that is the source of the lines
	 * @return the log
	 */
	public static OneLineLog of(Class<?> type) {
		return new OneLineLog(LogFactory.getLog(type));
	}

	/**
	 * Returns whether lines at info level are logged, for lines that are expensive to
	 * create.
	 * @return whether info is enabled
	 */
	public boolean isInfoEnabled() {
		return this.log.isInfoEnabled();
	}

	/**
	 * Logs a line at debug level.
	 * @param message the line
	 */
	public void debug(String message) {
		debug(message, null);
	}

	/**
	 * Logs a line at debug level.
	 * @param message the line
	 * @param thrown the exception to log with its stack trace, or {@code null}
	 */
	public void debug(String message, @Nullable Throwable thrown) {
		if (this.log.isDebugEnabled()) {
			this.log.debug(line(message), thrown);
		}
	}

	/**
	 * Logs a line at info level.
	 * @param message the line
	 */
	public void info(String message) {
		if (this.log.isInfoEnabled()) {
			this.log.info(line(message));
		}
	}

	/**
	 * Logs a line at warning level.
	 * @param message the line
	 */
	public void warn(String message) {
		warn(message, null);
	}

	/**
	 * Logs a line at warning level.
	 * @param message the line
	 * @param thrown the exception to log with its stack trace, or {@code null}
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
