package io.cancelscope.spring.web;

import java.io.IOException;

import io.cancelscope.spring.request.RequestScope;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * A request that goes on asynchronously with a response that can be closed. Otherwise
 * {@code startAsync()} would hand out the container's own one, past all wrappers. Reading
 * its body ends with the scope.
 */
class GatedRequest extends HttpServletRequestWrapper {

	private final HttpServletRequest request;

	private @Nullable HttpServletResponse response;

	private @Nullable ServletInputStream input;

	GatedRequest(HttpServletRequest request, GatedResponse response) {
		super(request);
		this.request = request;
		this.response = response;
	}

	@Override
	public ServletInputStream getInputStream() throws IOException {
		ServletInputStream input = this.input;
		if (input == null) {
			input = new CheckedInput(super.getInputStream());
			this.input = input;
		}
		return input;
	}

	@Override
	public AsyncContext startAsync() {
		HttpServletResponse response = this.response;
		return (response != null) ? this.request.startAsync(this.request, response) : super.startAsync();
	}

	/**
	 * The session of a WebSocket begins. Jetty keeps the request of the handshake until
	 * the end of the session; nothing that belongs to the scope is to be kept with it.
	 */
	void upgraded() {
		this.response = null;
		removeAttribute(RequestScope.ATTRIBUTE);
		ResponseGate.removeFrom(this);
		FilterAnswers.removeFrom(this);
	}

}
