package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Time in which Spring Cloud Bus delivers.
 */
final class BusLink implements TransportLink {

	private final BusTransport transport;

	private final Receivers receivers;

	/** Distinguishes this link from those of a node with the same bus id. */
	private final String tokenPrefix = UUID.randomUUID() + ":";

	/** Released when a token has come, and when the link is closed. */
	private final Semaphore news = new Semaphore(0);

	private volatile boolean closed;

	BusLink(BusTransport transport, Receivers receivers) {
		this.transport = transport;
		this.receivers = receivers;
	}

	/** On a thread of the bus. */
	void received(ClusterCancelRemoteEvent event) {
		String heartbeat = event.getHeartbeat();
		if (heartbeat == null) {
			byte[] message = BusTransport.decode(event.getMessage());
			if (message != null) {
				this.receivers.messages().accept(message);
			}
		}
		else if (heartbeat.startsWith(this.tokenPrefix)) {
			returned(heartbeat.substring(this.tokenPrefix.length()));
		}
	}

	private void returned(String token) {
		this.receivers.tokens().accept(token);
		this.news.release();
	}

	@Override
	public void publish(byte[] message) {
		this.transport.sendToAll(message);
	}

	@Override
	public void ping(String token) {
		if (this.transport.isClosing()) {
			returned(token);
		}
		else {
			this.transport.sendToItself(this.tokenPrefix + token);
		}
	}

	@Override
	public void serve(Duration atMost) throws InterruptedException {
		if (this.news.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
			this.news.drainPermits();
		}
		if (this.closed) {
			throw new IllegalStateException("Closed");
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.news.release();
	}

}
