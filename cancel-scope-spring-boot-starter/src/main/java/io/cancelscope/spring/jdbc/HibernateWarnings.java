package io.cancelscope.spring.jdbc;

import java.util.Set;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;

/**
 * Keeps out of the log what Hibernate says about statements that a scope stopped. It
 * writes two lines for each failure of a statement, before anybody can tell whose failure
 * it is: one with the codes, one with the message. Ours are known by the state, while the
 * scope of the thread is cancelled, and by the message.
 */
final class HibernateWarnings extends TurboFilter implements InitializingBean, DisposableBean {

	/** Its name since Hibernate 7, and before. */
	static final Set<String> LOGGERS = Set.of("org.hibernate.orm.jdbc.error",
			"org.hibernate.engine.jdbc.spi.SqlExceptionHelper");

	private static final String CODES = "SQLState: " + SqlExceptions.STATE;

	private volatile @Nullable LoggerContext context;

	@Override
	public void afterPropertiesSet() {
		ILoggerFactory factory = LoggerFactory.getILoggerFactory();
		if (factory instanceof LoggerContext found) {
			this.context = found;
			setName("cancel-scope");
			setContext(found);
			start();
			found.addTurboFilter(this);
		}
	}

	@Override
	public void destroy() {
		LoggerContext context = this.context;
		if (context != null) {
			context.getTurboFilterList().remove(this);
		}
	}

	/** Asked for each line of the application, so it looks at the level first. */
	@Override
	public FilterReply decide(@Nullable Marker marker, Logger logger, Level level, @Nullable String format,
			@Nullable Object @Nullable [] arguments, @Nullable Throwable failure) {
		return (format != null && level.isGreaterOrEqual(Level.WARN) && LOGGERS.contains(logger.getName())
				&& isOurs(format)) ? FilterReply.DENY : FilterReply.NEUTRAL;
	}

	private static boolean isOurs(String line) {
		return SqlExceptions.isOurs(line) || (line.contains(CODES) && CancelScope.current().isCancelled());
	}

}
