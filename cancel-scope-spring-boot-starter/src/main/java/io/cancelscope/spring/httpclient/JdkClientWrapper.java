package io.cancelscope.spring.httpclient;

import java.lang.reflect.Method;
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

import org.springframework.util.ReflectionUtils;

/**
 * A client of the JDK's in front of another one, with what later JDKs have added to it.
 */
abstract class JdkClientWrapper extends HttpClient {

	final HttpClient client;

	JdkClientWrapper(HttpClient client) {
		this.client = client;
	}

	@Override
	public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
		return sendAsync(request, handler, null);
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

	// Since JDK 21

	public void shutdown() {
		call("shutdown");
	}

	public void shutdownNow() {
		call("shutdownNow");
	}

	public boolean isTerminated() {
		return Boolean.TRUE.equals(call("isTerminated"));
	}

	public boolean awaitTermination(Duration duration) throws InterruptedException {
		Method method = ReflectionUtils.findMethod(HttpClient.class, "awaitTermination", Duration.class);
		try {
			return method != null && Boolean.TRUE.equals(method.invoke(this.client, duration));
		}
		catch (ReflectiveOperationException ex) {
			if (ex.getCause() instanceof InterruptedException interrupted) {
				throw interrupted;
			}
			throw new IllegalStateException(ex);
		}
	}

	public void close() {
		call("close");
	}

	private @Nullable Object call(String name) {
		Method method = ReflectionUtils.findMethod(HttpClient.class, name);
		return (method != null) ? ReflectionUtils.invokeMethod(method, this.client) : null;
	}

}
