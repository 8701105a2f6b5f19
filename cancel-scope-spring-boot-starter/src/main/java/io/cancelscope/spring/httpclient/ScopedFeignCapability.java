package io.cancelscope.spring.httpclient;

import feign.Capability;
import feign.Client;
import feign.Retryer;
import io.cancelscope.spring.DeadlineHeader;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of Feign end with the scope they are made in: they wait no longer than
 * the scope has left, fail with its exception, and are not tried again. Beans of type
 * {@code Feign.Builder} have it, and Spring Cloud gives it to the clients that it builds;
 * other builders are given it:
 *
 * <pre>{@code
 * Feign.builder().addCapability(capability)
 * }</pre>
 */
public final class ScopedFeignCapability implements Capability {

	private final @Nullable DeadlineHeader header;

	/**
	 * Creates one for clients that don't tell their deadline.
	 */
	public ScopedFeignCapability() {
		this(null);
	}

	/**
	 * Creates one for clients that tell the next service what is left of the budget.
	 * @param header the header to send, or {@code null} for none
	 */
	public ScopedFeignCapability(@Nullable DeadlineHeader header) {
		this.header = header;
	}

	/**
	 * Returns a client whose calls end with their scope.
	 * @param client makes the calls
	 * @return the client to use instead, or the same one if its calls end with their
	 * scope already
	 */
	@Override
	public Client enrich(Client client) {
		return ScopedFeignClient.of(client, this.header);
	}

	/**
	 * Returns a retryer whose pauses end with the scope.
	 * @param retryer decides whether to try again
	 * @return the retryer to use instead
	 */
	@Override
	public Retryer enrich(Retryer retryer) {
		return ScopedFeignRetryer.of(retryer);
	}

}
