package io.cancelscope.testing;

import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.cancelscope.CancelScope;

/**
 * What the core logs while this is open: the level, the message, and what was thrown. It
 * goes nowhere else meanwhile.
 */
public final class LogTrail extends Handler implements AutoCloseable {

	/** Held, because the log manager forgets what nobody holds. */
	private final Logger logger = Logger.getLogger(CancelScope.class.getName());

	private final Trail trail = new Trail();

	public LogTrail() {
		this.logger.setUseParentHandlers(false);
		this.logger.addHandler(this);
	}

	/**
	 * Returns the lines so far.
	 * @return level, message and exception, the first one first
	 */
	public List<String> lines() {
		return this.trail.words();
	}

	@Override
	public void publish(LogRecord line) {
		String thrown = (line.getThrown() != null) ? ": " + line.getThrown() : "";
		this.trail.add(line.getLevel() + " " + line.getMessage() + thrown);
	}

	@Override
	public void flush() {
	}

	@Override
	public void close() {
		this.logger.removeHandler(this);
		this.logger.setUseParentHandlers(true);
	}

}
