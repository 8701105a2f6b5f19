package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Messages are sent on another thread than that of the sender.
 */
@Timeout(60)
class LinkSenderTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	@Test
	void interruptOfTheSenderDoesNotReachTheThreadThatSends() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch waiting = new CountDownLatch(1);
		AtomicBoolean reached = new AtomicBoolean();
		Thread caller = Thread.currentThread();
		LinkSender sender = new LinkSender("link", LONG);
		try (sender) {
			assertThatIllegalStateException().isThrownBy(() -> sender.send(() -> {
				begun.countDown();
				caller.interrupt();
				try {
					waiting.await(LONG.toSeconds(), TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					reached.set(true);
				}
				return null;
			})).withMessageContaining("Interrupted");
			assertThat(Thread.interrupted()).as("kept for the caller").isTrue();
			assertThat(begun.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
			waiting.countDown();
			AtomicBoolean next = new AtomicBoolean();
			sender.send(() -> {
				next.set(true);
				return null;
			});

			assertThat(next).isTrue();
			assertThat(reached).isFalse();
		}
	}

}
