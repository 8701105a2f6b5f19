package io.cancelscope.spring.httpclient;

import io.cancelscope.spring.DeadlineHeader;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Customizer that ends the calls of {@code WebClient} when their scope is cancelled. The
 * scope is the one in the subscriber's Reactor Context, or otherwise the current scope of
 * the subscribing thread. Spring Boot applies the customizer to its builders. Apply it
 * yourself to builders that the application creates.
 */
public final class ScopedWebClientCustomizer implements WebClientCustomizer {

	private final ScopedExchangeFilter filter;

	/**
	 * Creates a customizer for clients that send no deadline header.
	 */
	public ScopedWebClientCustomizer() {
		this(null);
	}

	/**
	 * Creates a customizer for clients that send the remaining budget to the called
	 * service.
	 * @param header the header to send, or {@code null} for none
	 */
	public ScopedWebClientCustomizer(@Nullable DeadlineHeader header) {
		this.filter = new ScopedExchangeFilter(header);
	}

	/**
	 * Adds a filter after the existing ones, so that each attempt of a filter that
	 * retries is a separate call. If the builder has a Reactor Netty connector, its
	 * client is replaced by a copy whose calls leave the queue of the pool when they are
	 * cancelled.
	 * @param builder the builder to change
	 */
	@Override
	public void customize(WebClient.Builder builder) {
		if (ScopedExchangeFilter.REACTOR_NETTY) {
			ReactorConnector.reachInto(builder);
		}
		builder.filter(this.filter);
	}

}
