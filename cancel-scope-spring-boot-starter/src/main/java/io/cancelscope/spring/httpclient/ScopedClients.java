package io.cancelscope.spring.httpclient;

import java.lang.reflect.Field;
import java.net.http.HttpClient;

import org.jspecify.annotations.Nullable;

import org.springframework.http.client.BufferingClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.InterceptingClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Makes the calls of Spring's blocking clients end with their scope, whatever request
 * factory they have in the end and whoever has given it to them.
 */
final class ScopedClients {

	/** Limitation: the name in Spring Framework 7.0. */
	static final String FIELD = "clientRequestFactory";

	private final ScopedRequestFactoryCustomizer customizer;

	private final UnreachedClients unreached;

	ScopedClients(ScopedRequestFactoryCustomizer customizer, UnreachedClients unreached) {
		this.customizer = customizer;
		this.unreached = unreached;
	}

	/** Returns the client to use instead, or the same one. */
	RestClient scope(RestClient client, String name) {
		ClientHttpRequestFactory factory = factoryOf(client);
		if (factory == null) {
			this.unreached.add(name + " (" + client.getClass().getName() + ")");
			return client;
		}
		ClientHttpRequestFactory scoped = scope(factory, name);
		return (scoped != factory) ? client.mutate().requestFactory(scoped).build() : client;
	}

	/** Gives a builder the factory that it would have used, or a scoped one around it. */
	void scope(RestClient.Builder builder, String name) {
		if (isSprings(builder)) {
			ClientHttpRequestFactory factory = factoryOf(builder.clone().build());
			if (factory != null) {
				builder.requestFactory(scope(factory, name));
			}
			else {
				this.unreached.add(name + " (" + builder.getClass().getName() + ")");
			}
		}
	}

	void scope(RestTemplate template, String name) {
		ClientHttpRequestFactory factory = template.getRequestFactory();
		if (factory instanceof InterceptingClientHttpRequestFactory around && !template.getInterceptors().isEmpty()) {
			factory = around.getDelegate();
		}
		if (factory instanceof BufferingClientHttpRequestFactory around && template.getBufferingPredicate() != null) {
			factory = around.getDelegate();
		}
		if (factory != null) { // there is none in a mock
			template.setRequestFactory(scope(factory, name));
		}
	}

	/** Returns the client to use instead of a bean of the application. */
	HttpClient scope(HttpClient client) {
		return new ScopedJdkClient(client, this.customizer.header());
	}

	private ClientHttpRequestFactory scope(ClientHttpRequestFactory factory, String name) {
		ClientHttpRequestFactory library = LibraryClient.innermost(factory);
		if (Transport.of(library) == Transport.OTHER) {
			this.unreached.add(name + " (" + library.getClass().getName() + ", "
					+ ((library instanceof SimpleClientHttpRequestFactory)
							? "which can be interrupted on virtual threads only)"
							: "whose calls are only interrupted)"));
		}
		return this.customizer.wrap(factory);
	}

	/** Whether it is Spring's own, and no mock. */
	static boolean isSprings(Object client) {
		return client.getClass().getPackage() == RestClient.class.getPackage();
	}

	private static @Nullable ClientHttpRequestFactory factoryOf(RestClient client) {
		Field field = isSprings(client)
				? ReflectionUtils.findField(client.getClass(), FIELD, ClientHttpRequestFactory.class) : null;
		return (field != null && field.trySetAccessible())
				? (ClientHttpRequestFactory) ReflectionUtils.getField(field, client) : null;
	}

}
