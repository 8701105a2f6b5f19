package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.spring.LogLines;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * When a transport counts as connected, and what happens between its links. Without an
 * engine: the module cluster-tests has real ones.
 */
@Timeout(60)
class ReconnectingTransportTests {

	private static final Duration HEARTBEAT = Duration.ofMillis(200);

	private static final Duration LONG = Duration.ofSeconds(30);

	private final Fake transport = new Fake();

	private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

	@AfterEach
	void stop() {
		this.transport.mayOpen.countDown();
		this.transport.destroy();
	}

	@Test
	void isConnectedWhenItsTokenHasComeBack() throws InterruptedException {
		this.transport.subscribe(this.received::add);
		this.transport.start();

		assertThat(this.transport.isConnected()).isTrue();
		this.transport.publish(new byte[] { 1 });
		assertThat(this.received.poll(30, TimeUnit.SECONDS)).containsExactly(1);
	}

	@Test
	void openLinkOnWhichNothingComesBackIsNotConnectedAndSaysWhatToDoOnce() {
		this.transport.echoing = false;
		try (LogLines log = new LogLines()) {
			this.transport.subscribe(this.received::add);
			this.transport.start();

			awaitOpened(3);
			assertThat(this.transport.isConnected()).isFalse();
			assertThatIllegalStateException().isThrownBy(() -> this.transport.publish(new byte[0]))
				.withMessageContaining("not connected to Fake");
			assertThat(warnings(log)).singleElement()
				.asString()
				.contains("Messages by Fake do not come back", "within 200ms", "Mend the fake",
						"commands to cancel reach this node only");

			this.transport.echoing = true;
			awaitConnected(true);
			assertThat(log.lines()).anyMatch((line) -> line.startsWith("INFO Connected to Fake again"));
		}
	}

	@Test
	void firstTokenMayTakeLongerThanAHeartbeat() {
		this.transport.untilFirstToken = LONG;
		this.transport.echoing = false;
		try (LogLines log = new LogLines()) {
			this.transport.subscribe(this.received::add);
			long begin = System.nanoTime();
			Awaitility.await()
				.atMost(LONG)
				.pollInterval(Duration.ofMillis(5))
				.until(() -> System.nanoTime() - begin > 3 * HEARTBEAT.toNanos() && this.transport.pings.get() > 2);
			assertThat(this.transport.isConnected()).isFalse();

			this.transport.echoing = true;
			awaitConnected(true);

			assertThat(this.transport.opened.get()).isEqualTo(1);
			assertThat(warnings(log)).isEmpty();
		}
	}

	@Test
	void laterTokensAreSentOnceIfTheEngineKeepsThem() {
		this.transport.repeatingLaterTokens = false;
		this.transport.subscribe(this.received::add);
		this.transport.start();
		this.transport.echoing = false;
		awaitConnected(false);
		int links = this.transport.opened.get();
		int pings = this.transport.pings.get();

		awaitOpened(links + 3);

		// The token of the last link may not have been sent, or one more link be open.
		assertThat(this.transport.pings.get() - pings).isBetween(2, this.transport.opened.get() - links + 1);
	}

	@Test
	void transportThatTheContextDoesNotStartOpensNoLinkBeforeItIsStarted() {
		this.transport.startedByContext = false;
		this.transport.holding = true;
		this.transport.subscribe(this.received::add);
		assertThat(this.transport.isRunning()).isFalse();

		// It does not wait for the first attempt, which cannot end yet.
		this.transport.start();

		assertThat(this.transport.isRunning()).isTrue();
		assertThat(this.transport.isConnected()).isFalse();
		this.transport.mayOpen.countDown();
		awaitConnected(true);
	}

	@Test
	void receiversDoNotShareTheArrayOfAMessage() throws InterruptedException {
		this.transport.subscribe((message) -> message[0] = 9);
		this.transport.subscribe(this.received::add);
		this.transport.start();

		this.transport.publish(new byte[] { 1 });

		assertThat(this.received.poll(30, TimeUnit.SECONDS)).containsExactly(1);
	}

	@Test
	void linkThatFallsSilentIsReplaced() {
		this.transport.subscribe(this.received::add);
		this.transport.start();
		try (LogLines log = new LogLines()) {
			this.transport.echoing = false;
			awaitConnected(false);
			this.transport.echoing = true;
			awaitConnected(true);

			assertThat(warnings(log)).singleElement()
				.asString()
				.contains("Not connected to Fake", "a message to itself did not come back within 200ms");
		}
		assertThat(this.transport.opened.get()).isGreaterThan(1);
		assertThat(this.transport.closed.get()).isEqualTo(this.transport.opened.get() - 1);
	}

	@Test
	void engineThatIsDownIsTriedAgain() {
		this.transport.refusing = true;
		try (LogLines log = new LogLines()) {
			this.transport.subscribe(this.received::add);
			this.transport.start();
			assertThat(this.transport.isConnected()).isFalse();
			assertThat(warnings(log)).singleElement().asString().contains("Not connected to Fake: refused");

			this.transport.refusing = false;
			awaitConnected(true);
		}
	}

	/** Race: the stop, and the thread that opens a link which the stop does not see. */
	@Test
	void linkThatOpensDuringTheStopIsClosed() throws InterruptedException {
		this.transport.holding = true;
		this.transport.subscribe(this.received::add);
		assertThat(this.transport.opening.await(30, TimeUnit.SECONDS)).isTrue();

		this.transport.stop();
		this.transport.mayOpen.countDown();

		Awaitility.await().atMost(LONG).until(() -> this.transport.closed.get() == 1);
		assertThat(this.transport.opened.get()).isEqualTo(1);
		assertThat(this.transport.isConnected()).isFalse();
	}

	@Test
	void stopEndsAllThreadsAndStartBeginsAgain() {
		this.transport.subscribe(this.received::add);
		this.transport.start();
		this.transport.stop();

		Awaitility.await().atMost(LONG).until(() -> this.transport.closed.get() == this.transport.opened.get());
		Awaitility.await()
			.atMost(LONG)
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().startsWith("cancel-scope-link")));
		assertThat(this.transport.isRunning()).isFalse();

		this.transport.start();
		assertThat(this.transport.isConnected()).isTrue();
	}

	@Test
	void senderIsNotHeldUpByAnEngineThatTakesNothing() throws InterruptedException {
		this.transport.subscribe(this.received::add);
		this.transport.start();
		CountDownLatch taken = new CountDownLatch(1);
		this.transport.sending = taken;
		try {
			assertThatIllegalStateException().isThrownBy(() -> this.transport.publish(new byte[0]))
				.withMessageContaining("Could not publish a message by Fake");
			awaitConnected(false);
		}
		finally {
			this.transport.sending = null;
			taken.countDown();
		}
		awaitConnected(true);
	}

	private void awaitConnected(boolean connected) {
		Awaitility.await()
			.atMost(LONG)
			.pollInterval(Duration.ofMillis(5))
			.until(() -> this.transport.isConnected() == connected);
	}

	private void awaitOpened(int links) {
		Awaitility.await()
			.atMost(LONG)
			.pollInterval(Duration.ofMillis(5))
			.until(() -> this.transport.opened.get() >= links);
	}

	private static List<String> warnings(LogLines log) {
		return log.lines().stream().filter((line) -> line.startsWith("WARN")).toList();
	}

	/** An engine in this JVM that misbehaves when told to. */
	private static final class Fake extends ReconnectingTransport {

		private final AtomicInteger opened = new AtomicInteger();

		private final AtomicInteger closed = new AtomicInteger();

		private final CountDownLatch opening = new CountDownLatch(1);

		private final CountDownLatch mayOpen = new CountDownLatch(1);

		private volatile boolean echoing = true;

		private volatile boolean refusing;

		private volatile boolean holding;

		private volatile CountDownLatch sending;

		private final AtomicInteger pings = new AtomicInteger();

		private volatile Duration untilFirstToken = HEARTBEAT;

		private volatile boolean startedByContext = true;

		private volatile boolean repeatingLaterTokens = true;

		Fake() {
			super("Fake", HEARTBEAT);
		}

		@Override
		public boolean isAutoStartup() {
			return this.startedByContext;
		}

		@Override
		boolean repeatsLaterTokens() {
			return this.repeatingLaterTokens;
		}

		@Override
		Duration untilFirstToken() {
			return this.untilFirstToken;
		}

		@Override
		String adviceForSilence() {
			return "Mend the fake";
		}

		@Override
		TransportLink open(TransportLink.Receivers receivers) throws InterruptedException {
			this.opening.countDown();
			if (this.holding) {
				this.mayOpen.await();
			}
			if (this.refusing) {
				throw new IllegalStateException("refused");
			}
			this.opened.incrementAndGet();
			return new FakeLink(receivers);
		}

		private final class FakeLink implements TransportLink {

			private final Receivers receivers;

			private final BlockingQueue<String> tokens = new LinkedBlockingQueue<>();

			private final CountDownLatch ended = new CountDownLatch(1);

			FakeLink(Receivers receivers) {
				this.receivers = receivers;
			}

			@Override
			public void publish(byte[] message) throws InterruptedException {
				take();
				this.receivers.messages().accept(message);
			}

			@Override
			public void ping(String token) throws InterruptedException {
				take();
				Fake.this.pings.incrementAndGet();
				if (Fake.this.echoing) {
					this.tokens.add(token);
				}
			}

			private void take() throws InterruptedException {
				CountDownLatch sending = Fake.this.sending;
				if (sending != null) {
					sending.await();
				}
			}

			@Override
			public void serve(Duration atMost) throws InterruptedException {
				if (this.ended.getCount() == 0) {
					throw new IllegalStateException("closed");
				}
				String token = this.tokens.poll(Math.min(atMost.toNanos(), TimeUnit.MILLISECONDS.toNanos(20)),
						TimeUnit.NANOSECONDS);
				if (token != null) {
					this.receivers.tokens().accept(token);
				}
			}

			@Override
			public void close() {
				if (this.ended.getCount() > 0) {
					this.ended.countDown();
					Fake.this.closed.incrementAndGet();
				}
			}

		}

	}

}
