package io.cancelscope.spring.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.cancelscope.spring.OneLineLog;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.cloud.bus.event.Destination;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;

/**
 * Spring Cloud Bus. The bus sends what a node publishes as an event to the others, and
 * the node itself gets the event as every listener does. The bus has no message to
 * itself, so connected means: the broker took the last message.
 */
final class BusTransport implements CancelTransport, ApplicationListener<ClusterCancelRemoteEvent>, DisposableBean {

	private static final Duration UNTIL_SENT = Duration.ofSeconds(2);

	private static final OneLineLog logger = OneLineLog.of(BusTransport.class);

	private final ApplicationEventPublisher events;

	private final String busId;

	private final Destination.Factory destinations;

	private final LinkSender sender = new LinkSender("cancel-scope-link-send", UNTIL_SENT);

	private final List<Consumer<byte[]>> receivers = new CopyOnWriteArrayList<>();

	private volatile boolean connected = true;

	BusTransport(ApplicationEventPublisher events, String busId, Destination.Factory destinations) {
		this.events = events;
		this.busId = busId;
		this.destinations = destinations;
	}

	@Override
	public void publish(byte[] message) {
		ClusterCancelRemoteEvent event = new ClusterCancelRemoteEvent(this, this.busId,
				this.destinations.getDestination("**"), Base64.getEncoder().encodeToString(message));
		try {
			this.sender.send(() -> {
				this.events.publishEvent(event);
				return null;
			});
			this.connected = true;
		}
		catch (IllegalStateException ex) {
			this.connected = false;
			throw new IllegalStateException("Could not publish a message by Spring Cloud Bus: " + ex.getMessage(), ex);
		}
	}

	@Override
	public void subscribe(Consumer<byte[]> receiver) {
		this.receivers.add(receiver);
	}

	@Override
	public boolean isConnected() {
		return this.connected;
	}

	@Override
	public void onApplicationEvent(ClusterCancelRemoteEvent event) {
		byte[] message;
		try {
			message = Base64.getDecoder().decode(event.getMessage().getBytes(StandardCharsets.ISO_8859_1));
		}
		catch (RuntimeException ex) {
			// Ignored: anybody may send on the bus.
			return;
		}
		for (Consumer<byte[]> receiver : this.receivers) {
			try {
				receiver.accept(message);
			}
			catch (Throwable ex) {
				logger.debug("The receiver of a message failed", ex);
			}
		}
	}

	@Override
	public void destroy() {
		this.sender.close();
	}

	@Override
	public String toString() {
		return "Spring Cloud Bus";
	}

}
