package io.cancelscope.spring.cluster;

import java.util.function.Consumer;

/**
 * A transport as the contract for transports of users wants it: it ends when it is
 * closed.
 */
final class OwnTransport implements CancelTransport, AutoCloseable {

	private final ReconnectingTransport transport;

	OwnTransport(ReconnectingTransport transport) {
		this.transport = transport;
	}

	@Override
	public void publish(byte[] message) {
		this.transport.publish(message);
	}

	@Override
	public void subscribe(Consumer<byte[]> receiver) {
		this.transport.subscribe(receiver);
	}

	@Override
	public boolean isConnected() {
		return this.transport.isConnected();
	}

	@Override
	public void close() {
		this.transport.destroy();
	}

}
