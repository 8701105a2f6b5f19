package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/**
 * A transport that keeps one {@link TransportLink} open, on a thread of its own. A link
 * counts as connected when a token that it has sent to itself has come back, and as long
 * as further ones do: so a pooler that swallows notifications is found, and a network
 * that swallows packets.
 */
abstract class ReconnectingTransport implements CancelTransport, SmartLifecycle, DisposableBean {

	/**
	 * Stops after the web server, whose last requests may cancel, and before connections.
	 */
	private static final int PHASE = 1_000;

	private static final Duration UNTIL_FIRST_ATTEMPT = Duration.ofSeconds(5);

	private static final Duration UNTIL_ENDED = Duration.ofSeconds(1);

	private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);

	private static final Duration LONGEST_PAUSE_OF_TOKENS = Duration.ofSeconds(1);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	private static final Duration UNTIL_SENT = Duration.ofSeconds(2);

	private static final OneLineLog logger = OneLineLog.of(ReconnectingTransport.class);

	private final String engine;

	private final Duration heartbeat;

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by lock; read without. */
	private volatile @Nullable Run run;

	private final List<Consumer<byte[]>> receivers = new CopyOnWriteArrayList<>();

	private volatile boolean started;

	/**
	 * Creates one.
	 * @param engine the name of the engine, for messages
	 * @param heartbeat how often the link sends to itself, and how long it waits for that
	 */
	ReconnectingTransport(String engine, Duration heartbeat) {
		this.engine = engine;
		this.heartbeat = heartbeat;
	}

	/**
	 * Opens a link. May block; does not need to be connected yet when it returns.
	 */
	abstract TransportLink open(TransportLink.Receivers receivers) throws Exception;

	/** Says what to do if a new link is open, but nothing comes back on it. */
	abstract String adviceForSilence();

	/**
	 * How long the first token after a start may take, and each attempt to send it. Later
	 * ones must come back within the heartbeat.
	 */
	Duration untilFirstToken() {
		return this.heartbeat;
	}

	/** Whether also later tokens are sent again while they have not come back. */
	boolean repeatsLaterTokens() {
		return true;
	}

	@Override
	public final void publish(byte[] message) {
		Connected connected = connected();
		if (connected == null) {
			throw new IllegalStateException(
					"Cannot publish a message: not connected to " + this.engine + ". See the log for the reason");
		}
		try {
			connected.sender.send(() -> {
				connected.link.publish(message);
				return null;
			});
		}
		catch (IllegalStateException ex) {
			throw new IllegalStateException("Could not publish a message by " + this.engine + ": " + ex.getMessage(),
					ex);
		}
	}

	@Override
	public final boolean isConnected() {
		return connected() != null;
	}

	private @Nullable Connected connected() {
		Run run = this.run;
		return (run != null) ? run.connected : null;
	}

	@Override
	public final void subscribe(Consumer<byte[]> receiver) {
		this.receivers.add(receiver);
		// Race: the start, which may not have found a receiver.
		if (isAutoStartup() || this.started) {
			begin();
		}
	}

	/**
	 * Waits until the first attempt to connect has ended, whichever way. Does not wait
	 * where something else starts the transport than the context.
	 */
	@Override
	public final void start() {
		this.started = true;
		if (this.receivers.isEmpty()) {
			return;
		}
		Run run = begin();
		if (!isAutoStartup()) {
			return;
		}
		try {
			run.attempted.await(UNTIL_FIRST_ATTEMPT.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private Run begin() {
		this.lock.lock();
		try {
			Run run = this.run;
			if (run == null) {
				run = new Run();
				this.run = run;
				run.thread.start();
			}
			return run;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public final void stop() {
		this.started = false;
		Run run;
		this.lock.lock();
		try {
			run = this.run;
			this.run = null;
		}
		finally {
			this.lock.unlock();
		}
		if (run != null) {
			run.end();
		}
	}

	@Override
	public final void destroy() {
		stop();
	}

	@Override
	public final boolean isRunning() {
		return this.run != null;
	}

	@Override
	public final int getPhase() {
		return PHASE;
	}

	@Override
	public final String toString() {
		return this.engine + (isConnected() ? ", connected" : ", not connected");
	}

	/**
	 * A link that works.
	 *
	 * @param link the link
	 * @param sender sends on it
	 */
	private record Connected(TransportLink link, LinkSender sender) {
	}

	/** From a start to the next stop. */
	private final class Run {

		private final Thread thread;

		private final CountDownLatch attempted = new CountDownLatch(1);

		private final CountDownLatch ended = new CountDownLatch(1);

		/** Null while there is no link that works. */
		private volatile @Nullable Connected connected;

		/** The link that is open, connected or not. */
		private volatile @Nullable TransportLink open;

		/** The token that has come back last. */
		private volatile String returned = "";

		/** Used by the thread. */
		private long tokens;

		/** Used by the thread. */
		private boolean lost;

		Run() {
			this.thread = new Thread(this::work, "cancel-scope-link");
			this.thread.setDaemon(true);
		}

		void end() {
			this.ended.countDown();
			// Race: the thread has opened a link that is not seen here; it looks again.
			TransportLink open = this.open;
			if (open != null) {
				open.close();
			}
			if (Thread.currentThread() == this.thread) {
				return;
			}
			try {
				this.thread.join(UNTIL_ENDED.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		private boolean isEnded() {
			return this.ended.getCount() == 0;
		}

		private void work() {
			Duration pause = SHORTEST_PAUSE;
			while (!isEnded()) {
				boolean worked = false;
				try {
					worked = connect();
				}
				catch (Throwable ex) {
					logger.debug("The link to " + ReconnectingTransport.this.engine + " failed unexpectedly", ex);
				}
				this.attempted.countDown();
				pause = worked ? SHORTEST_PAUSE : pause.multipliedBy(2);
				if (pause.compareTo(LONGEST_PAUSE) > 0) {
					pause = LONGEST_PAUSE;
				}
				pause(pause);
			}
		}

		private void pause(Duration pause) {
			try {
				this.ended.await(pause.toNanos(), TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ex) {
				// Ignored: nobody but the end stops this thread.
			}
		}

		/**
		 * Opens a link and keeps it as long as it works.
		 * @return whether it ever did
		 */
		private boolean connect() {
			boolean worked = false;
			LinkSender sender = new LinkSender("cancel-scope-link-send", UNTIL_SENT);
			TransportLink link = null;
			try {
				link = open(new TransportLink.Receivers(this::deliver, (token) -> this.returned = token));
				this.open = link;
				exchangeToken(link, sender, this.tokens == 0);
				worked = true;
				connected(new Connected(link, sender));
				while (!isEnded()) {
					waitForHeartbeat(link);
					exchangeToken(link, sender, false);
				}
			}
			catch (Exception ex) {
				this.connected = null;
				failed(ex, link != null && !worked);
			}
			finally {
				this.connected = null;
				this.open = null;
				sender.close();
				if (link != null) {
					link.close();
				}
			}
			return worked;
		}

		private void waitForHeartbeat(TransportLink link) throws Exception {
			long end = System.nanoTime() + ReconnectingTransport.this.heartbeat.toNanos();
			for (long left = end - System.nanoTime(); left > 0 && !isEnded(); left = end - System.nanoTime()) {
				link.serve(Duration.ofNanos(left));
			}
		}

		/**
		 * Sends a token until it has come back: the first one may be sent before the
		 * engine knows that this node listens.
		 */
		private void exchangeToken(TransportLink link, LinkSender sender, boolean first) throws Exception {
			String token = String.valueOf(++this.tokens);
			Duration patience = first ? untilFirstToken() : ReconnectingTransport.this.heartbeat;
			Duration untilSent = (first && patience.compareTo(UNTIL_SENT) > 0) ? patience : UNTIL_SENT;
			long begin = System.nanoTime();
			long end = begin + patience.toNanos();
			long next = begin;
			long pause = SHORTEST_PAUSE.toNanos();
			while (!isEnded() && !this.returned.equals(token)) {
				long now = System.nanoTime();
				if (now - end >= 0) {
					throw new SilentLinkException(patience);
				}
				if (now - next >= 0) {
					sender.send(() -> {
						link.ping(token);
						return null;
					}, untilSent);
					next = (first || repeatsLaterTokens()) ? System.nanoTime() + pause : end;
					pause = Math.min(2 * pause, LONGEST_PAUSE_OF_TOKENS.toNanos());
				}
				link.serve(Duration.ofNanos(Math.max(1, Math.min(next - now, end - now))));
			}
		}

		private void deliver(byte[] message) {
			for (Consumer<byte[]> receiver : ReconnectingTransport.this.receivers) {
				try {
					receiver.accept(message.clone()); // each can change its array
				}
				catch (Throwable ex) {
					logger.debug("The receiver of a message failed", ex);
				}
			}
		}

		private void connected(Connected connected) {
			this.connected = connected;
			if (this.lost) {
				this.lost = false;
				logger.info("Connected to " + ReconnectingTransport.this.engine
						+ " again: commands to cancel reach the other nodes");
			}
			this.attempted.countDown();
		}

		private void failed(Exception ex, boolean neverWorked) {
			if (isEnded()) {
				return;
			}
			String engine = ReconnectingTransport.this.engine;
			if (this.lost) {
				logger.debug("Could not connect to " + engine, ex);
				return;
			}
			this.lost = true;
			if (neverWorked && ex instanceof SilentLinkException) {
				logger.warn("Messages by " + engine + " do not come back: " + ex.getMessage() + ". "
						+ adviceForSilence() + ". Until then commands to cancel reach this node only");
				return;
			}
			logger.warn("Not connected to " + engine + ": " + ex.getMessage()
					+ ". Commands to cancel reach this node only, until it is connected again. It tries every "
					+ LONGEST_PAUSE.toSeconds() + "s, or more often");
			logger.debug("Not connected to " + engine, ex);
		}

	}

	/** A message to itself has not come back. */
	private static final class SilentLinkException extends Exception {

		private static final long serialVersionUID = 1L;

		SilentLinkException(Duration waited) {
			super("a message to itself did not come back within " + waited.toMillis() + "ms");
		}

	}

}
