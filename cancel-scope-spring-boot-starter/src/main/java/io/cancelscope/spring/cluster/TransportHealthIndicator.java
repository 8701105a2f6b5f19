package io.cancelscope.spring.cluster;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Reports whether commands reach the other nodes. If not, the status is {@code UNKNOWN}
 * and not {@code DOWN}: the node does its work, and must not be taken out of service, or
 * restarted, on all nodes at once.
 */
final class TransportHealthIndicator extends AbstractHealthIndicator {

	private final CancelTransport transport;

	TransportHealthIndicator(CancelTransport transport) {
		super("The transport of cancel-scope.cluster does not report whether it is connected");
		this.transport = transport;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		boolean connected = this.transport.isConnected();
		builder.status(connected ? Status.UP : Status.UNKNOWN).withDetail("connected", connected);
		if (!connected) {
			builder.withDetail("effect", "commands to cancel reach this node only");
		}
	}

}
