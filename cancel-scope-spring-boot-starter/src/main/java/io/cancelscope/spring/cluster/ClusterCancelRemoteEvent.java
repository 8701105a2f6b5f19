package io.cancelscope.spring.cluster;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.bus.event.Destination;
import org.springframework.cloud.bus.event.RemoteApplicationEvent;

/**
 * A message to all nodes on Spring Cloud Bus, or of a node to itself. Public because the
 * bus reads it from JSON: a text and nothing else, which the receiver checks like every
 * other message.
 */
public final class ClusterCancelRemoteEvent extends RemoteApplicationEvent {

	@Serial
	private static final long serialVersionUID = 1L;

	private String message = "";

	private @Nullable String heartbeat;

	/** Creates an event without a message, for the bus. */
	public ClusterCancelRemoteEvent() {
	}

	ClusterCancelRemoteEvent(Object source, String origin, Destination destination, String message,
			@Nullable String heartbeat) {
		super(source, origin, destination);
		this.message = message;
		this.heartbeat = heartbeat;
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

	/**
	 * Returns the token of a message to the sender itself.
	 * @return the token, or null if this is a message to all nodes
	 */
	public @Nullable String getHeartbeat() {
		return this.heartbeat;
	}

	/**
	 * Sets the token of a message to the sender itself.
	 * @param heartbeat the token, or null if this is a message to all nodes
	 */
	public void setHeartbeat(@Nullable String heartbeat) {
		this.heartbeat = heartbeat;
	}

}
