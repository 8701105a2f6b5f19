package io.cancelscope.spring.httpclient;

import java.util.concurrent.CancellationException;

import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;

import org.springframework.boot.http.client.JettyClientHttpRequestFactoryBuilder;

/**
 * Shows the requests of Jetty to the calls they belong to. They are queued on the thread
 * that makes the call.
 */
final class JettyStops {

	private JettyStops() {
	}

	static JettyClientHttpRequestFactoryBuilder addTo(JettyClientHttpRequestFactoryBuilder builder) {
		return builder.withHttpClientCustomizer(JettyStops::addTo);
	}

	private static void addTo(HttpClient client) {
		client.getRequestListeners().addQueuedListener(JettyStops::queued);
	}

	private static void queued(Request request) {
		Exchange exchange = Exchange.sending();
		if (exchange != null) {
			exchange.stopBy(() -> request.abort(new CancellationException("Its scope was cancelled")));
		}
	}

}
