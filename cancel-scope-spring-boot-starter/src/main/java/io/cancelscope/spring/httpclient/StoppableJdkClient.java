package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import org.springframework.http.client.JdkClientHttpRequestFactory;

/**
 * Shows the calls of the JDK's client to the exchanges they belong to. Spring sends them
 * on the thread that makes the call.
 */
final class StoppableJdkClient extends JdkClientWrapper {

	private StoppableJdkClient(HttpClient client) {
		super(client);
	}

	/** Reaches into a factory that exists already. */
	static boolean insertInto(JdkClientHttpRequestFactory factory) {
		HttpClient client = LibraryClient.of(factory, HttpClient.class);
		return client instanceof StoppableJdkClient
				|| (client != null && LibraryClient.set(factory, HttpClient.class, new StoppableJdkClient(client)));
	}

	@Override
	public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler,
			HttpResponse.@Nullable PushPromiseHandler<T> push) {
		Exchange exchange = Exchange.sending();
		if (exchange == null) {
			return this.client.sendAsync(request, handler, push);
		}
		JdkCall<T> call = new JdkCall<>();
		call.sent(this.client.sendAsync(request, call.watch(handler), push));
		exchange.stopBy(call::stop);
		return call;
	}

	/** Spring does not call it. */
	@Override
	public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
			throws IOException, InterruptedException {
		return this.client.send(request, handler);
	}

}
