package io.cancelscope.spring;

import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.slf4j.LoggerFactory;

/**
 * What the starter logs while this is open, whatever other tests have made of the logging
 * system.
 */
public final class LogLines implements AutoCloseable {

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.cancelscope");

	private final Level level = this.logger.getLevel();

	private final ListAppender<ILoggingEvent> events = new ListAppender<>();

	public LogLines() {
		this.events.start();
		this.logger.setLevel(Level.INFO);
		this.logger.addAppender(this.events);
	}

	/**
	 * Returns the lines so far, as they are written.
	 * @return level and message, the first one first
	 */
	public List<String> lines() {
		return List.copyOf(this.events.list)
			.stream()
			.map((event) -> event.getLevel() + " " + event.getFormattedMessage())
			.toList();
	}

	/**
	 * Returns the messages of what was logged with a stack trace.
	 * @return the messages, the first one first
	 */
	public List<String> thrown() {
		return List.copyOf(this.events.list)
			.stream()
			.filter((event) -> event.getThrowableProxy() != null)
			.map((event) -> event.getThrowableProxy().getMessage())
			.toList();
	}

	@Override
	public void close() {
		this.logger.detachAppender(this.events);
		this.logger.setLevel(this.level);
	}

}
