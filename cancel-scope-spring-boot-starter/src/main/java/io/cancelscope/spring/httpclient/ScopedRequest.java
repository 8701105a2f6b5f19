package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.DeadlineHeader;
import io.cancelscope.spring.SentDeadline;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;

/**
 * A request made inside a scope.
 */
final class ScopedRequest implements ClientHttpRequest, StreamingHttpOutputMessage {

	private final ClientHttpRequest request;

	private final CancelScope scope;

	private final Transport transport;

	private final @Nullable DeadlineHeader header;

	private @Nullable WrittenBody body;

	ScopedRequest(ClientHttpRequest request, CancelScope scope, Transport transport, @Nullable DeadlineHeader header) {
		this.request = request;
		this.scope = scope;
		this.transport = transport;
		this.header = header;
	}

	@Override
	public HttpMethod getMethod() {
		return this.request.getMethod();
	}

	@Override
	public URI getURI() {
		return this.request.getURI();
	}

	@Override
	public Map<String, Object> getAttributes() {
		return this.request.getAttributes();
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.request.getHeaders();
	}

	@Override
	public OutputStream getBody() throws IOException {
		return this.request.getBody();
	}

	@Override
	public void setBody(Body body) {
		if (this.request instanceof StreamingHttpOutputMessage streaming) {
			WrittenBody written = new WrittenBody(body);
			this.body = written;
			streaming.setBody(written);
			return;
		}
		try {
			body.writeTo(this.request.getBody());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public ClientHttpResponse execute() throws IOException {
		this.scope.check();
		SentDeadline sent = (this.header != null) ? tell(this.header) : null;
		return new Exchange(this.scope, this.transport).send(this.request, this.body, sent);
	}

	/** What the application has set itself stays, and says nothing of the scope. */
	private @Nullable SentDeadline tell(DeadlineHeader header) {
		HttpHeaders headers = this.request.getHeaders();
		if (headers.containsHeader(header.name())) {
			return null;
		}
		SentDeadline sent = SentDeadline.of(this.scope);
		this.scope.remaining().ifPresent((left) -> headers.set(header.name(), header.format(left)));
		return sent;
	}

}
