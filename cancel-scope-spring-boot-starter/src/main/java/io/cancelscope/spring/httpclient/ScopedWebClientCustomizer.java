package io.cancelscope.spring.httpclient;

import io.cancelscope.spring.DeadlineHeader;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Makes the calls of {@code WebClient} end with their scope: the one in the subscriber's
 * Reactor Context, else the current one of the thread that subscribes. Spring Boot
 * applies it to the builders it hands out; what is made by hand is handed to it.
 */
public final class ScopedWebClientCustomizer implements WebClientCustomizer {

	private final ScopedExchangeFilter filter;

	/**
	 * Creates one for clients that don't tell their deadline.
	 */
	public ScopedWebClientCustomizer() {
		this(null);
	}

	/**
	 * Creates one for clients that tell the next service what is left of the budget.
	 * @param header the header to send, or {@code null} for none
	 */
	public ScopedWebClientCustomizer(@Nullable DeadlineHeader header) {
		this.filter = new ScopedExchangeFilter(header);
	}

	/**
	 * Adds a filter behind those that the builder has, so that each attempt of one that
	 * tries again is a call of its own. If the builder has a connector of Reactor Netty,
	 * the client in it is replaced by a copy whose calls leave the queue of the pool when
	 * they are cancelled.
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
