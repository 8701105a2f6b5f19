package io.cancelscope.spring.httpclient;

import java.lang.reflect.Field;

import io.cancelscope.spring.ChangedLibrary;
import reactor.netty.http.client.HttpClient;

import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * The client of Reactor Netty behind a {@code WebClient.Builder}, whose calls are to
 * leave the queue of their pool when they are cancelled. Spring has no accessor for it.
 */
final class ReactorConnector {

	/** Limitation: the names in Spring Framework 7.0. */
	static final String CONNECTOR = "connector";

	static final String CLIENT = "httpClient";

	static final String BUILDER = "org.springframework.web.reactive.function.client.DefaultWebClientBuilder";

	private ReactorConnector() {
	}

	/** Does nothing where there is no connector of Reactor Netty's, or none yet. */
	static void reachInto(WebClient.Builder builder) {
		Field connector = ReflectionUtils.findField(builder.getClass(), CONNECTOR, ClientHttpConnector.class);
		if (connector == null || !connector.trySetAccessible()) {
			if (builder.getClass().getName().equals(BUILDER)) {
				unknown(builder.getClass(), CONNECTOR);
			}
		}
		else if (ReflectionUtils.getField(connector, builder) instanceof ReactorClientHttpConnector reactor) {
			reachInto(reactor);
		}
	}

	private static void reachInto(ReactorClientHttpConnector connector) {
		Field field = ReflectionUtils.findField(ReactorClientHttpConnector.class, CLIENT, HttpClient.class);
		if (field == null || !field.trySetAccessible()) {
			unknown(ReactorClientHttpConnector.class, CLIENT);
		}
		else if (ReflectionUtils.getField(field, connector) instanceof HttpClient client
				&& !AbandonablePool.isIn(client)) {
			ReflectionUtils.setField(field, connector, AbandonablePool.insertInto(EventLoopCancel.observe(client)));
		}
	}

	private static void unknown(Class<?> type, String field) {
		ChangedLibrary.report(type, "a field '" + field + "'", AbandonablePool.CONSEQUENCE);
	}

}
