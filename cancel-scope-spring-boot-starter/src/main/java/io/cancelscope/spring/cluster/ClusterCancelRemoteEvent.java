package io.cancelscope.spring.cluster;

import java.io.Serial;

import org.springframework.cloud.bus.event.Destination;
import org.springframework.cloud.bus.event.RemoteApplicationEvent;

/**
 * A message to all nodes on Spring Cloud Bus. Public because the bus reads it from JSON:
 * a text and nothing else, which the receiver checks like every other message.
 */
public final class ClusterCancelRemoteEvent extends RemoteApplicationEvent {

	@Serial
	private static final long serialVersionUID = 1L;

	private String message = "";

	/** Creates an event without a message, for the bus. */
	public ClusterCancelRemoteEvent() {
	}

	ClusterCancelRemoteEvent(Object source, String origin, Destination destination, String message) {
		super(source, origin, destination);
		this.message = message;
	}

	/**
	 * Returns the message.
	 * @return the message in Base64
	 */
	public String getMessage() {
		return this.message;
	}

	/**
	 * Sets the message.
	 * @param message the message in Base64
	 */
	public void setMessage(String message) {
		this.message = message;
	}

}
