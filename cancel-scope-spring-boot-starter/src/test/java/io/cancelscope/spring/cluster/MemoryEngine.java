package io.cancelscope.spring.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * An engine in memory that connects nodes of one JVM. It delivers on the thread that
 * publishes.
 */
public final class MemoryEngine {

	private final List<Consumer<byte[]>> receivers = new CopyOnWriteArrayList<>();

	private final List<byte[]> sent = new CopyOnWriteArrayList<>();

	private volatile boolean down;

	private volatile boolean silent;

	/** Sending fails. */
	public void setDown(boolean down) {
		this.down = down;
	}

	/** Sending succeeds, and nothing arrives. */
	public void setSilent(boolean silent) {
		this.silent = silent;
	}

	/** All that was ever sent. */
	public List<byte[]> sent() {
		return new ArrayList<>(this.sent);
	}

	/** Delivers a message that no node has sent. */
	public void deliver(byte[] message) {
		for (Consumer<byte[]> receiver : this.receivers) {
			try {
				receiver.accept(message.clone());
			}
			catch (RuntimeException ex) {
				// Ignored: the next receiver gets it all the same.
			}
		}
	}

	/** Connects another node. */
	public CancelTransport transport() {
		return new CancelTransport() {

			@Override
			public void publish(byte[] message) {
				if (MemoryEngine.this.down) {
					throw new IllegalStateException("the engine is down");
				}
				MemoryEngine.this.sent.add(message.clone());
				if (!MemoryEngine.this.silent) {
					deliver(message);
				}
			}

			@Override
			public void subscribe(Consumer<byte[]> receiver) {
				MemoryEngine.this.receivers.add(receiver);
			}

			@Override
			public boolean isConnected() {
				return !MemoryEngine.this.down;
			}

		};
	}

}
