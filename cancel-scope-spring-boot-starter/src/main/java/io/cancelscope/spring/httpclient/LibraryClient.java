package io.cancelscope.spring.httpclient;

import java.lang.reflect.Field;

import org.jspecify.annotations.Nullable;

import org.springframework.http.client.AbstractClientHttpRequestFactoryWrapper;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.util.ReflectionUtils;

/**
 * The client of a library inside a request factory of Spring that exists already. Spring
 * has no accessor for it.
 */
final class LibraryClient {

	/**
	 * Limitation: the name in Spring Framework 7.0, for the JDK's, Jetty's and Reactor
	 * Netty's.
	 */
	static final String FIELD = "httpClient";

	private LibraryClient() {
	}

	/** The factory behind all those that buffer, intercept, or the like. */
	static ClientHttpRequestFactory innermost(ClientHttpRequestFactory factory) {
		ClientHttpRequestFactory innermost = factory;
		while (innermost instanceof AbstractClientHttpRequestFactoryWrapper wrapper) {
			innermost = wrapper.getDelegate();
		}
		return innermost;
	}

	/** Whether its calls end with their scope, perhaps behind others that intercept. */
	static boolean isScoped(ClientHttpRequestFactory factory) {
		ClientHttpRequestFactory each = factory;
		while (!(each instanceof ScopedRequestFactory)) {
			if (!(each instanceof AbstractClientHttpRequestFactoryWrapper wrapper)) {
				return false;
			}
			each = wrapper.getDelegate();
		}
		return true;
	}

	/** The client, or {@code null} where there is none, or it can't be reached. */
	static <T> @Nullable T of(ClientHttpRequestFactory factory, Class<T> type) {
		Field field = field(factory, type);
		Object client = (field != null) ? ReflectionUtils.getField(field, factory) : null;
		return type.isInstance(client) ? type.cast(client) : null;
	}

	/**
	 * Replaces the client by another one.
	 * @return whether that was possible
	 */
	static <T> boolean set(ClientHttpRequestFactory factory, Class<T> type, T client) {
		Field field = field(factory, type);
		if (field == null) {
			return false;
		}
		try {
			field.set(factory, client);
			return true;
		}
		catch (IllegalAccessException ex) {
			return false; // a later JDK does not change what is final
		}
	}

	private static @Nullable Field field(ClientHttpRequestFactory factory, Class<?> type) {
		Field field = ReflectionUtils.findField(factory.getClass(), FIELD, type);
		return (field != null && field.trySetAccessible()) ? field : null;
	}

}
