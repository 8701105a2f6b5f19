package io.cancelscope.spring.cluster;

import java.time.Duration;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Behind a pooler in transaction mode a node can listen and notify without an error, and
 * never gets a notification.
 */
@Timeout(120)
class PoolerTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	@Test
	void poolerThatDeliversNoNotificationIsFoundAndSaid() throws Exception {
		Logger logger = (Logger) LoggerFactory.getLogger(ReconnectingTransport.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		logger.addAppender(log);
		try (PostgresEngine engine = PostgresEngine.start(); Proxy pooler = Proxy.withoutNotifications(engine.port())) {
			PostgresTransport transport = new PostgresTransport(
					new PostgresAddress(PostgresEngine.url(pooler.port()), "postgres", null), "cancel-scope",
					Duration.ofMillis(500));
			try {
				transport.subscribe((message) -> {
				});
				transport.start();

				Awaitility.await().atMost(LONG).until(() -> !log.list.isEmpty());
				assertThat(transport.isConnected()).isFalse();
				assertThat(log.list.get(0).getFormattedMessage()).contains(
						"Messages by PostgreSQL do not come back: a message to itself did not come back within 500ms",
						"A pooler in transaction mode, such as PgBouncer", "set cancel-scope.cluster.postgres.url");
			}
			finally {
				transport.destroy();
			}
		}
		finally {
			logger.detachAppender(log);
		}
	}

}
