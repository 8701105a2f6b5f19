package io.cancelscope.spring.httpclient;

import io.cancelscope.spring.DeadlineHeader;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.JettyClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.ReactorClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.core.Ordered;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;

/**
 * Makes the calls of {@code RestClient}, {@code RestTemplate} and HTTP interfaces end
 * with their scope. Spring Boot applies it to the clients it builds; what is made by hand
 * is handed to it:
 *
 * <pre>{@code
 * RestClient.builder()
 *     .requestFactory(customizer.customize(ClientHttpRequestFactoryBuilder.jdk()).build())
 *     .build();
 * }</pre>
 */
public final class ScopedRequestFactoryCustomizer
		implements ClientHttpRequestFactoryBuilderCustomizer<ClientHttpRequestFactoryBuilder<?>>, Ordered {

	private final @Nullable DeadlineHeader header;

	/**
	 * Creates one for clients that don't tell their deadline.
	 */
	public ScopedRequestFactoryCustomizer() {
		this(null);
	}

	/**
	 * Creates one for clients that tell the next service what is left of the budget.
	 * @param header the header to send, or {@code null} for none
	 */
	public ScopedRequestFactoryCustomizer(@Nullable DeadlineHeader header) {
		this.header = header;
	}

	/** After the ones that know what they customize: the type changes here. */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	/**
	 * Returns a builder of request factories whose calls end with their scope.
	 * @param builder builds the factories that make the calls
	 * @return the builder to use instead
	 */
	@Override
	public ClientHttpRequestFactoryBuilder<?> customize(ClientHttpRequestFactoryBuilder<?> builder) {
		ClientHttpRequestFactoryBuilder<?> prepared = prepare(builder);
		return (settings) -> wrap(prepared.build(settings));
	}

	private static ClientHttpRequestFactoryBuilder<?> prepare(ClientHttpRequestFactoryBuilder<?> builder) {
		if (builder instanceof JettyClientHttpRequestFactoryBuilder jetty) {
			return JettyStops.addTo(jetty);
		}
		return (builder instanceof ReactorClientHttpRequestFactoryBuilder reactor) ? ReactorStops.addTo(reactor)
				: builder;
	}

	/**
	 * Returns a request factory whose calls end with their scope, for a factory that
	 * exists already. A factory of HttpComponents is changed by that and to be used
	 * through the result only. Prefer {@link #customize}, which also reaches into Jetty
	 * and Reactor Netty; without, a call of Jetty's that waits for headers leaves its
	 * connection to the request's own timeout.
	 * @param factory makes the calls
	 * @return the factory to use instead
	 */
	public ClientHttpRequestFactory wrap(ClientHttpRequestFactory factory) {
		if (factory instanceof ScopedRequestFactory) {
			return factory;
		}
		if (factory instanceof HttpComponentsClientHttpRequestFactory components) {
			StoppableHttpClient.insertInto(components);
		}
		return new ScopedRequestFactory(factory, this.header);
	}

}
