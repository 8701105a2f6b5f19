package io.cancelscope.spring.httpclient;

import java.io.IOException;

import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.config.Configurable;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.io.ModalCloseable;
import org.jspecify.annotations.Nullable;

import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;

/**
 * Shows the requests of HttpComponents to the calls they belong to: cancelled, they let
 * go of the pool they wait for, or of their connection, in whatever state that is.
 */
@SuppressWarnings("deprecation") // some of the methods it has to have
final class StoppableHttpClient implements HttpClient, Configurable, ModalCloseable {

	private final HttpClient client;

	private StoppableHttpClient(HttpClient client) {
		this.client = client;
	}

	/** Reaches into a factory that exists already. */
	static boolean insertInto(HttpComponentsClientHttpRequestFactory factory) {
		if (!(factory.getHttpClient() instanceof StoppableHttpClient)) {
			factory.setHttpClient(new StoppableHttpClient(factory.getHttpClient()));
		}
		return true;
	}

	/** The only one that Spring calls. */
	@Override
	public ClassicHttpResponse executeOpen(@Nullable HttpHost target, ClassicHttpRequest request, HttpContext context)
			throws IOException {
		Exchange exchange = Exchange.sending();
		if (exchange == null) {
			return this.client.executeOpen(target, request, context);
		}
		StoppableRequest stoppable = new StoppableRequest(request);
		exchange.stopBy(stoppable::cancel);
		try {
			return this.client.executeOpen(target, stoppable, context);
		}
		finally {
			stoppable.leave();
		}
	}

	@Override
	public HttpResponse execute(ClassicHttpRequest request) throws IOException {
		return this.client.execute(request);
	}

	@Override
	public HttpResponse execute(ClassicHttpRequest request, HttpContext context) throws IOException {
		return this.client.execute(request, context);
	}

	@Override
	public ClassicHttpResponse execute(HttpHost target, ClassicHttpRequest request) throws IOException {
		return this.client.execute(target, request);
	}

	@Override
	public HttpResponse execute(HttpHost target, ClassicHttpRequest request, HttpContext context) throws IOException {
		return this.client.execute(target, request, context);
	}

	@Override
	public <T> T execute(ClassicHttpRequest request, HttpClientResponseHandler<? extends T> handler)
			throws IOException {
		return this.client.execute(request, handler);
	}

	@Override
	public <T> T execute(ClassicHttpRequest request, HttpContext context,
			HttpClientResponseHandler<? extends T> handler) throws IOException {
		return this.client.execute(request, context, handler);
	}

	@Override
	public <T> T execute(HttpHost target, ClassicHttpRequest request, HttpClientResponseHandler<? extends T> handler)
			throws IOException {
		return this.client.execute(target, request, handler);
	}

	@Override
	public <T> T execute(HttpHost target, ClassicHttpRequest request, HttpContext context,
			HttpClientResponseHandler<? extends T> handler) throws IOException {
		return this.client.execute(target, request, context, handler);
	}

	@Override
	public RequestConfig getConfig() {
		return (this.client instanceof Configurable configurable) ? configurable.getConfig() : RequestConfig.DEFAULT;
	}

	@Override
	public void close() throws IOException {
		if (this.client instanceof AutoCloseable closeable) {
			close(closeable);
		}
	}

	private static void close(AutoCloseable closeable) throws IOException {
		try {
			closeable.close();
		}
		catch (IOException | RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IOException(ex);
		}
	}

	@Override
	public void close(CloseMode mode) {
		if (this.client instanceof ModalCloseable closeable) {
			closeable.close(mode);
		}
	}

}
