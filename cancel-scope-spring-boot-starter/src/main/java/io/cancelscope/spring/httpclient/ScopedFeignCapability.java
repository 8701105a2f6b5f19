package io.cancelscope.spring.httpclient;

import feign.Capability;
import feign.Client;
import feign.Retryer;
import io.cancelscope.spring.DeadlineHeader;
import org.jspecify.annotations.Nullable;

/**
 * Feign capability that ends calls when their scope is cancelled. A call waits no longer
 * than the remaining budget, fails with the scope's exception, and is not retried then.
 * Beans of type {@code Feign.Builder} have it, and Spring Cloud applies it to the clients
 * that it builds. Add it to other builders:
 *
 * <pre>{@code
 * Feign.builder().addCapability(capability)
 * }</pre>
 */
public final class ScopedFeignCapability implements Capability {

	private final @Nullable DeadlineHeader header;

	/**
	 * Creates a capability for clients that send no deadline header.
	 */
	public ScopedFeignCapability() {
		this(null);
	}

	/**
	 * Creates a capability for clients that send the remaining budget to the called
	 * service.
	 * @param header the header to send, or {@code null} for none
	 */
	public ScopedFeignCapability(@Nullable DeadlineHeader header) {
		this.header = header;
	}

	/**
	 * Returns a client whose calls end with their scope.
	 * @param client the client to wrap
	 * @return the client to use instead, or the same one if its calls already end with
	 * their scope
	 */
	@Override
	public Client enrich(Client client) {
		return ScopedFeignClient.of(client, this.header);
	}

	/**
	 * Returns a retryer whose pauses end with the scope.
	 * @param retryer the retryer to wrap
	 * @return the retryer to use instead
	 */
	@Override
	public Retryer enrich(Retryer retryer) {
		return ScopedFeignRetryer.of(retryer);
	}

}
