package io.cancelscope.spring.httpclient;

import java.util.concurrent.CancellationException;

import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;

import org.springframework.boot.http.client.JettyClientHttpRequestFactoryBuilder;
import org.springframework.http.client.JettyClientHttpRequestFactory;

/**
 * Shows the requests of Jetty to the calls they belong to. They are queued on the thread
 * that makes the call.
 */
final class JettyRequests {

	private static final Mark MARK = new Mark();

	private JettyRequests() {
	}

	static JettyClientHttpRequestFactoryBuilder addTo(JettyClientHttpRequestFactoryBuilder builder) {
		return builder.withHttpClientCustomizer(JettyRequests::addTo);
	}

	/** Reaches into a factory that exists already. */
	static boolean insertInto(JettyClientHttpRequestFactory factory) {
		HttpClient client = LibraryClient.of(factory, HttpClient.class);
		if (client != null) {
			addTo(client);
		}
		return client != null;
	}

	/** Factories may share a client: it is told once. */
	private static void addTo(HttpClient client) {
		synchronized (MARK) {
			if (!client.contains(MARK)) {
				client.addBean(MARK, false);
				client.getRequestListeners().addQueuedListener(JettyRequests::queued);
			}
		}
	}

	private static void queued(Request request) {
		Exchange exchange = Exchange.sending();
		if (exchange != null) {
			exchange.stopBy(() -> request.abort(new CancellationException("Its scope was cancelled")));
		}
	}

	/** In a client's dump it says what it is. */
	private static final class Mark {

		@Override
		public String toString() {
			return "cancel-scope";
		}

	}

}
