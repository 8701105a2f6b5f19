package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.io.InputStream;

import io.cancelscope.spring.SentDeadline;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/**
 * A response whose body is read, or given up, in the scope of its call.
 */
final class ScopedResponse implements ClientHttpResponse {

	private final Exchange exchange;

	private final ClientHttpResponse response;

	private final @Nullable SentDeadline sent;

	private @Nullable ScopedBody body;

	private boolean closed;

	ScopedResponse(Exchange exchange, ClientHttpResponse response, @Nullable SentDeadline sent) {
		this.exchange = exchange;
		this.response = response;
		this.sent = sent;
	}

	// HttpURLConnection waits for the headers here, if the request had a body.

	@Override
	public HttpStatusCode getStatusCode() throws IOException {
		HttpStatusCode status = this.exchange.read((scope) -> this.response.getStatusCode());
		if (this.sent != null) {
			this.sent.answered(status.value(), getHeaders().getFirst(SentDeadline.HEADER));
		}
		return status;
	}

	@Override
	public String getStatusText() throws IOException {
		return this.exchange.read((scope) -> this.response.getStatusText());
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.response.getHeaders();
	}

	@Override
	public InputStream getBody() throws IOException {
		ScopedBody body = this.body;
		if (body == null) {
			InputStream raw = this.exchange.read((scope) -> this.response.getBody());
			this.exchange.reads(raw);
			body = new ScopedBody(this.exchange, raw);
			this.body = body;
		}
		return body;
	}

	@Override
	public void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		this.exchange.close(this.response);
		if (this.body != null && this.body.isCutShort()) {
			// Whoever parsed the body has wrapped what the read threw; the caller gets
			// the exception itself, since clients close when they have failed.
			this.exchange.check();
		}
	}

}
