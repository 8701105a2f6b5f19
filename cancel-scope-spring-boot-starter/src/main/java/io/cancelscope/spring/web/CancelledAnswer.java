package io.cancelscope.spring.web;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.cancelscope.CancelReason;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.request.AnswerHeaders;
import io.cancelscope.spring.request.RequestScope;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.web.util.DisconnectedClientHelper;
import org.springframework.web.util.WebUtils;

/**
 * Answers requests whose cancellation nobody has answered: it came out of a filter, or
 * Spring MVC isn't there.
 */
class CancelledAnswer {

	private final Supplier<? extends @Nullable Renderer> renderer;

	CancelledAnswer(Supplier<? extends @Nullable Renderer> renderer) {
		this.renderer = renderer;
	}

	/** Tells the scope of a request with which exception that has ended. */
	static void tell(RequestScope scope, Throwable thrown) {
		Throwable cause = (thrown instanceof ServletException wrapper && wrapper.getCause() != null)
				? wrapper.getCause() : thrown;
		if (isClientGone(cause)) {
			scope.clientIsGone(cause);
		}
		else {
			scope.scope().failed(cause);
		}
	}

	/**
	 * Returns the scope's exception where the given one comes from its being cancelled:
	 * Spring MVC interrupts who works for an asynchronous request when the container
	 * gives up, and servers take an interrupted write for a lost client.
	 */
	static Exception translate(RequestScope scope, Exception exception) {
		if (ScopeCancelledException.findIn(exception) != null) {
			return exception;
		}
		boolean disconnected = isClientGone(exception);
		if (disconnected) {
			scope.clientIsGone(exception);
		}
		if (!scope.scope().isCancelled() || !(disconnected || isInterruption(exception))) {
			return exception;
		}
		RuntimeException ours = scope.exception();
		ours.addSuppressed(exception);
		return ours;
	}

	static boolean isClientGone(Throwable thrown) {
		return DisconnectedClientHelper.isClientDisconnectedException(thrown);
	}

	private static boolean isInterruption(@Nullable Throwable exception) {
		if (exception == null) {
			return false;
		}
		boolean interrupted = exception instanceof InterruptedException
				|| exception instanceof ClosedByInterruptException
				|| (exception instanceof InterruptedIOException && !(exception instanceof SocketTimeoutException));
		return interrupted || isInterruption(exception.getCause());
	}

	/** Where the client is gone, this is for the access log alone. */
	static boolean isForNobody(HttpServletResponse response, ScopeCancelledException cancellation) {
		if (cancellation.reason().kind() != CancelReason.Kind.DISCONNECTED) {
			return false;
		}
		if (!response.isCommitted()) {
			response.setStatus(RequestScope.CLIENT_GONE.value());
		}
		return true;
	}

	/**
	 * Answers, if the exception is a cancellation and it isn't too late to say so. Where
	 * a part of the answer is on its way already, the exception has to pass: then the
	 * filter breaks off the connection, and nobody takes that part for the whole.
	 */
	boolean send(HttpServletRequest request, HttpServletResponse response, RequestScope scope, Throwable thrown)
			throws IOException {
		ScopeCancelledException cancellation = ScopeCancelledException.findIn(thrown);
		if (cancellation == null) {
			return false;
		}
		if (isForNobody(response, cancellation)) {
			return true;
		}
		if (!isOpen(request, response)) {
			return false;
		}
		Renderer renderer = this.renderer.get();
		if (renderer == null
				|| !renderer.render(request, response, (thrown instanceof Exception ex) ? ex : cancellation)) {
			AnswerPage.send(request, response, scope.answerTo(cancellation, response::containsHeader));
		}
		return true;
	}

	/**
	 * Whether it isn't too late to answer. From now on nobody else does, and what a
	 * producer has left behind is gone: a part that was not sent, and the headers that
	 * describe it.
	 */
	static boolean isOpen(HttpServletRequest request, HttpServletResponse response) {
		ResponseGate gate = ResponseGate.of(request);
		if ((gate != null && !gate.takeOver(response)) || response.isCommitted()) {
			return false;
		}
		clear(request, response);
		return true;
	}

	/**
	 * Removes an answer that was begun. Where filters encode all that a servlet writes,
	 * they encode the answer to come, too.
	 */
	static void clear(HttpServletRequest request, HttpServletResponse response) {
		GatedResponse gated = WebUtils.getNativeResponse(response, GatedResponse.class);
		if (gated != null && gated.hasWriter()) {
			reset(response);
		}
		response.resetBuffer();
		FilterAnswers answers = FilterAnswers.of(request);
		for (String name : List.copyOf(response.getHeaderNames())) {
			boolean filters = answers != null && answers.isEncoding(name, response.getHeader(name));
			if (AnswerHeaders.belongsToAnswer(name) && !filters && !name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)) {
				response.setHeader(name, null);
			}
		}
		response.setHeader(HttpHeaders.CONTENT_TYPE, null);
		if (response.getHeader(HttpHeaders.CONTENT_LENGTH) != null) {
			response.setContentLengthLong(-1);
		}
	}

	/** All but the headers: only this makes a response forget its writer. */
	private static void reset(HttpServletResponse response) {
		Map<String, List<String>> headers = new LinkedHashMap<>();
		response.getHeaderNames().forEach((name) -> headers.put(name, List.copyOf(response.getHeaders(name))));
		response.reset();
		headers.forEach((name, values) -> {
			response.setHeader(name, null);
			values.forEach((value) -> response.addHeader(name, value));
		});
	}

	/** Writes the whole of a problem detail. */
	@FunctionalInterface
	interface Renderer {

		/** Returns {@code false} if it couldn't. */
		boolean render(HttpServletRequest request, HttpServletResponse response, Exception thrown);

	}

}
