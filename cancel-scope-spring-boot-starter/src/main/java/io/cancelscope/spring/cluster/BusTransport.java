package io.cancelscope.spring.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.bus.BusBridge;
import org.springframework.cloud.bus.event.Destination;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.ContextStartedEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * Spring Cloud Bus. The bus connects, and connects again, by itself: a link has no
 * connection, and only finds out whether the bus delivers.
 * <p>
 * The bus delivers no event to the node that it comes from. Therefore the origin of these
 * events is not the id of the node: so a node receives its own ones, over the broker like
 * all others. A broker that takes messages says little, since the client of Kafka takes
 * them while there is none.
 * <p>
 * Order: events are received after the bus was started, which is after all other beans.
 * When the application stops, the bus stops to receive before the last requests have
 * ended. They can still send.
 */
final class BusTransport extends ReconnectingTransport implements SmartApplicationListener {

	/** Kafka assigns partitions, and both clients open their first connections. */
	private static final Duration UNTIL_FIRST_TOKEN = Duration.ofSeconds(30);

	/** The producer of Kafka blocks for so long, by default. */
	private static final Duration UNTIL_SENT = Duration.ofSeconds(60);

	private final ApplicationContext context;

	private final BusBridge bus;

	private final String busId;

	private final Destination.Factory destinations;

	/**
	 * Sends for all links, one after the other. Not interrupted when a link is given up:
	 * Spring Integration would log each of these interrupts as an error.
	 */
	private final LinkSender sender = new LinkSender("cancel-scope-link-bus", UNTIL_SENT);

	/** Null until it has started. */
	private volatile @Nullable BusLink link;

	private volatile boolean closing;

	BusTransport(ApplicationContext context, BusBridge bus, String busId, Destination.Factory destinations,
			Duration heartbeat) {
		super("Spring Cloud Bus", heartbeat);
		this.context = context;
		this.bus = bus;
		this.busId = busId;
		this.destinations = destinations;
	}

	@Override
	TransportLink open(TransportLink.Receivers receivers) {
		BusLink link = new BusLink(this, receivers);
		this.link = link;
		return link;
	}

	@Override
	String adviceForSilence() {
		return "Check that the broker is running, that this node consumes from the destination of the bus"
				+ " (spring.cloud.bus.destination), and that spring.cloud.bus.id differs on each node";
	}

	@Override
	Duration untilFirstToken() {
		Duration heartbeat = super.untilFirstToken();
		return (heartbeat.compareTo(UNTIL_FIRST_TOKEN) > 0) ? heartbeat : UNTIL_FIRST_TOKEN;
	}

	/** The client of Kafka keeps what it cannot send, and logs each that it gives up. */
	@Override
	boolean repeatsLaterTokens() {
		return false;
	}

	/** It starts when the bus has. */
	@Override
	public boolean isAutoStartup() {
		return false;
	}

	@Override
	public boolean supportsEventType(Class<? extends ApplicationEvent> type) {
		return ClusterCancelRemoteEvent.class.isAssignableFrom(type)
				|| ApplicationContextEvent.class.isAssignableFrom(type);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		if (event instanceof ClusterCancelRemoteEvent message) {
			BusLink link = this.link;
			// Also between two links: the bus may deliver, though not everything.
			if (link != null && isRunning()) {
				link.received(message);
			}
		}
		else if (event instanceof ApplicationContextEvent change && change.getApplicationContext() == this.context) {
			changed(change);
		}
	}

	private void changed(ApplicationContextEvent change) {
		if (change instanceof ContextClosedEvent) {
			this.closing = true;
		}
		else if (change instanceof ContextRefreshedEvent || change instanceof ContextStartedEvent) {
			start();
		}
	}

	/** Whether the bus receives nothing because the application stops. */
	boolean isClosing() {
		return this.closing;
	}

	void sendToAll(byte[] message) {
		send("**", Base64.getEncoder().encodeToString(message), null);
	}

	void sendToItself(String token) {
		send(this.busId, "", token);
	}

	private void send(String destination, String message, @Nullable String heartbeat) {
		ClusterCancelRemoteEvent event = new ClusterCancelRemoteEvent(this, this.busId + ":cancel-scope",
				this.destinations.getDestination(destination), message, heartbeat);
		try {
			this.sender.send(() -> {
				this.bus.send(event);
				return null;
			});
		}
		catch (IllegalStateException ex) {
			// What the bus says is enough: the link's own sender wraps it again.
			throw (ex.getCause() instanceof RuntimeException failure) ? failure : ex;
		}
	}

	/** Returns null for what is no message: anybody may send on the bus. */
	static byte @Nullable [] decode(@Nullable String message) {
		try {
			return (message != null) ? Base64.getDecoder().decode(message.getBytes(StandardCharsets.ISO_8859_1)) : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
