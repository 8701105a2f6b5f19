package io.cancelscope;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.cancelscope.deployed.Application;
import io.cancelscope.testing.LogTrail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The library's threads outlive their work by seconds, and nothing else ends them. Each
 * test has a copy of the library to itself.
 */
@Timeout(60)
class IdleThreadsTests {

	/** They end after ten seconds at the most; the rest is for a busy machine. */
	private static final Duration PATIENCE = Duration.ofSeconds(15);

	@Test
	void threadsEndWhenThereIsNothingLeftToDo() throws Exception {
		Set<Thread> before = Deployment.threads();

		try (LogTrail log = new LogTrail()) {
			for (Application application : Application.values()) {
				Deployment.run(Deployment.ofBoth(), application);
			}
			assertLogged(log); // the tasks that fail
		}

		await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
			System.gc(); // some may wait for it
			Set<Thread> left = new HashSet<>(Deployment.threads());
			left.removeAll(before);
			assertThat(left).as("threads still alive").isEmpty();
		});
	}

	@Test
	void timerOutlivesATaskThatFails() throws Exception {
		try (LogTrail log = new LogTrail()) {
			Deployment.run(Deployment.ofBoth(), Application.SCHEDULES_A_TASK_THAT_FAILS);

			assertLogged(log);
		}
	}

	@Test
	void timerOutlivesATaskWhoseFailureCannotBeLogged() throws Exception {
		try (BrokenLog log = new BrokenLog()) {
			Deployment.run(Deployment.ofBoth(), Application.SCHEDULES_A_TASK_THAT_FAILS);

			await().atMost(PATIENCE).until(() -> log.tried);
		}
	}

	/** The timer's thread leaves the writing to another one, which may be slower. */
	private static void assertLogged(LogTrail log) {
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(log.lines()).hasSize(2));
	}

	/** Throws whatever the library logs. */
	private static final class BrokenLog extends Handler implements AutoCloseable {

		/** Held, because the log manager forgets what nobody holds. */
		private final Logger logger = Logger.getLogger(CancelScope.class.getName());

		private volatile boolean tried;

		BrokenLog() {
			this.logger.setUseParentHandlers(false);
			this.logger.addHandler(this);
		}

		@Override
		public void publish(LogRecord line) {
			this.tried = true;
			throw new IllegalStateException("the disk is full");
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

}
