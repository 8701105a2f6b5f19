package io.cancelscope.spring.redis;

import java.util.List;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Buffers of Netty that are collected without having been released. Netty reports them
 * when it allocates others.
 */
final class NettyLeaks {

	private static final ListAppender<ILoggingEvent> REPORTS = new ListAppender<>();

	private NettyLeaks() {
	}

	/** Begins to listen to reports. An application that starts ends all that listen. */
	static void watch() {
		Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
		logger.detachAppender(REPORTS);
		REPORTS.start();
		logger.addAppender(REPORTS);
	}

	static void assertNone() {
		System.gc();
		for (int i = 0; i < 200; i++) {
			ByteBufAllocator.DEFAULT.buffer(16).release();
		}
		assertThat(List.copyOf(REPORTS.list)).extracting(ILoggingEvent::getFormattedMessage)
			.noneMatch((message) -> message.contains("LEAK"));
	}

}
