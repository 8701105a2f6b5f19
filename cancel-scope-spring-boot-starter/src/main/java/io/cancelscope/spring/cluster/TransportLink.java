package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * One connection to the engine behind a transport, from its opening to its first failure.
 * {@link ReconnectingTransport} opens the next one.
 */
interface TransportLink extends AutoCloseable {

	/**
	 * Sends a message to all nodes. Called on one thread at a time. May block.
	 */
	void publish(byte[] message) throws Exception;

	/**
	 * Sends a token to this link alone, over the engine. Called like {@link #publish}.
	 */
	void ping(String token) throws Exception;

	/**
	 * Receives for a while, or waits while other threads receive. Returns early when
	 * something has come.
	 * @throws Exception if the link is broken
	 */
	void serve(Duration atMost) throws Exception;

	/**
	 * Closes the link. {@link #serve} then ends. Called from any thread, more than once.
	 */
	@Override
	void close();

	/**
	 * Consumers of what comes in.
	 *
	 * @param messages receives messages of all nodes
	 * @param tokens receives the tokens that this link has sent to itself
	 */
	record Receivers(Consumer<byte[]> messages, Consumer<String> tokens) {
	}

}
