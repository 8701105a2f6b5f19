package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

import org.jspecify.annotations.Nullable;

import org.springframework.http.client.JdkClientHttpRequestFactory;

/**
 * Shows the calls of the JDK's client to the exchanges they belong to. Spring sends them
 * on the thread that makes the call.
 */
final class StoppableJdkClient extends HttpClient {

	private final HttpClient client;

	private StoppableJdkClient(HttpClient client) {
		this.client = client;
	}

	/** Reaches into a factory that exists already. */
	static boolean insertInto(JdkClientHttpRequestFactory factory) {
		HttpClient client = LibraryClient.of(factory, HttpClient.class);
		return client instanceof StoppableJdkClient
				|| (client != null && LibraryClient.set(factory, HttpClient.class, new StoppableJdkClient(client)));
	}

	@Override
	public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
		return sendAsync(request, handler, null);
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

	@Override
	public Optional<CookieHandler> cookieHandler() {
		return this.client.cookieHandler();
	}

	@Override
	public Optional<Duration> connectTimeout() {
		return this.client.connectTimeout();
	}

	@Override
	public Redirect followRedirects() {
		return this.client.followRedirects();
	}

	@Override
	public Optional<ProxySelector> proxy() {
		return this.client.proxy();
	}

	@Override
	public SSLContext sslContext() {
		return this.client.sslContext();
	}

	@Override
	public SSLParameters sslParameters() {
		return this.client.sslParameters();
	}

	@Override
	public Optional<Authenticator> authenticator() {
		return this.client.authenticator();
	}

	@Override
	public Version version() {
		return this.client.version();
	}

	@Override
	public Optional<Executor> executor() {
		return this.client.executor();
	}

	@Override
	public WebSocket.Builder newWebSocketBuilder() {
		return this.client.newWebSocketBuilder();
	}

	@Override
	public String toString() {
		return this.client.toString();
	}

}
