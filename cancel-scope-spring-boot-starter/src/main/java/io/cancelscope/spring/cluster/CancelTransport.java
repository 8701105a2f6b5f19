package io.cancelscope.spring.cluster;

import java.util.function.Consumer;

/**
 * Sends messages to all nodes of an application, through an engine that they share, such
 * as Redis or PostgreSQL. Define a bean of this type to use another engine. The class
 * {@code io.cancelscope.spring.test.CancelTransportContract} checks such a bean.
 * <p>
 * The messages are signed and numbered by the library, so a transport can lose, repeat
 * and reorder them. It does not read them. It must connect again by itself when its
 * connection is lost, and does not have to deliver what was sent meanwhile.
 */
public interface CancelTransport {

	/**
	 * Sends a message to the receivers of all nodes, those of this node included. Called
	 * on threads of the library, by multiple threads at one time. It should not block for
	 * more than a few seconds.
	 * @param message the message, binary, at most 5,000 bytes; must not be changed
	 * @throws RuntimeException if the message cannot be sent, for example because the
	 * engine is down. The library then answers that the cluster was not reached
	 */
	void publish(byte[] message);

	/**
	 * Adds a receiver of the messages of all nodes. Called when the application starts,
	 * after all beans were created. Should return soon, also if the engine is down. The
	 * transport can call the receiver on any thread, and on multiple threads at one time.
	 * The receiver does not block and throws no exceptions. It ignores messages that
	 * arrive after the application context was closed.
	 * @param receiver the receiver, which can change the array
	 */
	void subscribe(Consumer<byte[]> receiver);

	/**
	 * Returns whether the engine can be reached, as far as the transport knows. Must not
	 * block.
	 * @return whether messages are sent and received now; default: {@code true}
	 */
	default boolean isConnected() {
		return true;
	}

}
