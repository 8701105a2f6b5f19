package io.cancelscope.spring.httpclient;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.JettyClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.ReactorClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.core.Ordered;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.JettyClientHttpRequestFactory;
import org.springframework.http.client.ReactorClientHttpRequestFactory;

/**
 * Customizer that ends the calls of {@code RestClient}, {@code RestTemplate} and HTTP
 * interfaces when their scope is cancelled. Spring Boot applies it to the clients that it
 * builds. Apply it yourself to clients that the application creates:
 *
 * <pre>{@code
 * RestClient.builder()
 *     .requestFactory(customizer.customize(ClientHttpRequestFactoryBuilder.jdk()).build())
 *     .build();
 * }</pre>
 */
public final class ScopedRequestFactoryCustomizer
		implements ClientHttpRequestFactoryBuilderCustomizer<ClientHttpRequestFactoryBuilder<?>>, Ordered {

	private static final OneLineLog logger = OneLineLog.of(ScopedRequestFactoryCustomizer.class);

	private final Set<Class<?>> unreached = ConcurrentHashMap.newKeySet();

	private final @Nullable DeadlineHeader header;

	/**
	 * Creates a customizer for clients that send no deadline header.
	 */
	public ScopedRequestFactoryCustomizer() {
		this(null);
	}

	/**
	 * Creates a customizer for clients that send the remaining budget to the called
	 * service.
	 * @param header the header to send, or {@code null} for none
	 */
	public ScopedRequestFactoryCustomizer(@Nullable DeadlineHeader header) {
		this.header = header;
	}

	@Nullable DeadlineHeader header() {
		return this.header;
	}

	/** After the ones that know what they customize: the type changes here. */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	/**
	 * Returns a builder of request factories whose calls end with their scope.
	 * @param builder the builder of the wrapped factories
	 * @return the builder to use instead
	 */
	@Override
	public ClientHttpRequestFactoryBuilder<?> customize(ClientHttpRequestFactoryBuilder<?> builder) {
		ClientHttpRequestFactoryBuilder<?> prepared = prepare(builder);
		boolean reached = prepared != builder;
		return (settings) -> wrap(prepared.build(settings), reached);
	}

	private static ClientHttpRequestFactoryBuilder<?> prepare(ClientHttpRequestFactoryBuilder<?> builder) {
		if (builder instanceof JettyClientHttpRequestFactoryBuilder jetty) {
			return JettyRequests.addTo(jetty);
		}
		return (builder instanceof ReactorClientHttpRequestFactoryBuilder reactor) ? ReactorConnections.addTo(reactor)
				: builder;
	}

	/**
	 * Returns a request factory whose calls end with their scope, for an existing
	 * factory. The existing factory can be inside others that buffer or intercept. The
	 * client of the HTTP library in the factory is changed. Calls without a scope are not
	 * affected.
	 * @param factory the existing factory
	 * @return the factory to use instead, or the same one if its calls already end with
	 * their scope
	 */
	public ClientHttpRequestFactory wrap(ClientHttpRequestFactory factory) {
		return wrap(factory, false);
	}

	private ClientHttpRequestFactory wrap(ClientHttpRequestFactory factory, boolean reached) {
		if (LibraryClient.isScoped(factory)) {
			return factory;
		}
		ClientHttpRequestFactory library = LibraryClient.innermost(factory);
		if (!reached && !reachInto(library) && this.unreached.add(library.getClass())) {
			logger.warn("Cannot close the connections of " + library.getClass().getName()
					+ " on cancellation: a call that waits"
					+ " for an answer throws, but its connection stays open until its own timeout."
					+ " Build the factory with ScopedRequestFactoryCustomizer.customize(ClientHttpRequestFactoryBuilder).");
		}
		return new ScopedRequestFactory(factory, Transport.of(library), this.header);
	}

	/** Whether nothing is left to be reached. */
	private static boolean reachInto(ClientHttpRequestFactory factory) {
		return switch (Transport.of(factory)) {
			case JDK -> StoppableJdkClient.insertInto((JdkClientHttpRequestFactory) factory);
			case HTTP_COMPONENTS -> StoppableHttpClient.insertInto((HttpComponentsClientHttpRequestFactory) factory);
			case JETTY -> JettyRequests.insertInto((JettyClientHttpRequestFactory) factory);
			case REACTOR -> ReactorConnections.insertInto((ReactorClientHttpRequestFactory) factory);
			case OTHER -> true;
		};
	}

}
