package io.cancelscope.spring.httpclient;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

import org.jspecify.annotations.Nullable;

import org.springframework.web.client.RestClient;

/**
 * A builder whose clients' calls end with their scope, also if it is given another
 * request factory before it builds.
 */
final class ScopedRestClientBuilder implements InvocationHandler {

	private final RestClient.Builder builder;

	private final ScopedClients clients;

	private final String name;

	private ScopedRestClientBuilder(RestClient.Builder builder, ScopedClients clients, String name) {
		this.builder = builder;
		this.clients = clients;
		this.name = name;
	}

	static RestClient.Builder of(RestClient.Builder builder, ScopedClients clients, String name) {
		return (RestClient.Builder) Proxy.newProxyInstance(RestClient.Builder.class.getClassLoader(),
				new Class<?>[] { RestClient.Builder.class }, new ScopedRestClientBuilder(builder, clients, name));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		Object result;
		try {
			result = method.invoke(this.builder, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
		if (result == this.builder) {
			return proxy;
		}
		if (result instanceof RestClient.Builder copy) {
			return of(copy, this.clients, this.name);
		}
		return (result instanceof RestClient client) ? this.clients.scope(client, this.name) : result;
	}

}
