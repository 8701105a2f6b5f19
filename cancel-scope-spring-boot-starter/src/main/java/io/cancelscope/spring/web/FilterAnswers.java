package io.cancelscope.spring.web;

import io.cancelscope.spring.request.RequestScope;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * Refuses what filters answer by mistake: they have caught the exception of a cancelled
 * request, and take it for something else. Spring Security answers "wrong password" when
 * the user could not be loaded in time.
 * <p>
 * An answer is a mistake if it is an error or a redirect, if no servlet has been reached,
 * and if the exception was there before. An answer of a servlet is intended, as is one
 * that reports success, 503 or 504. One of these per dispatch, for the thread that the
 * container has lent the request to.
 */
final class FilterAnswers {

	private static final String ATTRIBUTE = FilterAnswers.class.getName();

	/** That of Spring MVC's servlet, which may not be there. */
	private static final String SERVLET_ATTRIBUTE = "org.springframework.web.servlet.DispatcherServlet.CONTEXT";

	private final ServletRequest request;

	private final RequestScope scope;

	private boolean allowed;

	/** Whether the status that is set is a mistake. */
	private boolean mistaken;

	/** Whether a filter has been told so, by an exception. */
	private boolean told;

	/** The encoding that filters around the servlet apply to all that it writes. */
	private @Nullable String encoding;

	FilterAnswers(ServletRequest request, RequestScope scope) {
		this.request = request;
		this.scope = scope;
		FilterAnswers before = of(request);
		this.encoding = (before != null) ? before.encoding : null;
	}

	static @Nullable FilterAnswers of(ServletRequest request) {
		return (FilterAnswers) request.getAttribute(ATTRIBUTE);
	}

	void storeIn(ServletRequest request) {
		request.setAttribute(ATTRIBUTE, this);
	}

	static void removeFrom(ServletRequest request) {
		request.removeAttribute(ATTRIBUTE);
	}

	/**
	 * The servlet begins. The response of an asynchronous request still has the filters
	 * of the first dispatch around it.
	 * @param encoding the {@code Content-Encoding} that is set
	 */
	void servletReached(@Nullable String encoding) {
		this.allowed = true;
		if (this.request.getDispatcherType() == DispatcherType.REQUEST) {
			this.encoding = encoding;
		}
	}

	/** The dispatch is over; a later one may write through its response. */
	void over() {
		this.allowed = true;
	}

	/** The chain of filters has ended, and the answer to come is the library's own. */
	void chainEnded() {
		over();
		this.encoding = null;
	}

	/** Whether a header is one of a filter that encodes the answer to come, too. */
	boolean isEncoding(String name, @Nullable String value) {
		return value != null && value.equals(this.encoding) && name.equalsIgnoreCase(HttpHeaders.CONTENT_ENCODING);
	}

	/** A status is set, to be followed by more. */
	void status(int status) {
		this.mistaken = isMistake(status);
	}

	/**
	 * An answer is about to be complete.
	 * @throws RuntimeException the exception of the scope, if the answer is a mistake
	 */
	void answer(int status) {
		status(status);
		write();
	}

	/**
	 * What belongs to the status is about to be written.
	 * @throws RuntimeException the exception of the scope, if the status is a mistake
	 */
	void write() {
		if (this.mistaken && !this.allowed) {
			this.told = true;
			throw this.scope.exception();
		}
	}

	/** Whether the answer, as it is now, has to be replaced. */
	boolean isRefused() {
		return (this.mistaken || this.told) && !this.allowed;
	}

	private boolean isMistake(int status) {
		return isErrorOrRedirect(status) && !this.allowed && this.scope.scope().isCancelled()
				&& this.scope.scope().hasThrown() && !isInServlet();
	}

	private static boolean isErrorOrRedirect(int status) {
		return switch (status) {
			case 304, 503, 504 -> false;
			default -> status >= 300;
		};
	}

	/** For tests that leave out filters. The attribute stays for further dispatches. */
	private boolean isInServlet() {
		DispatcherType type = this.request.getDispatcherType();
		return type != DispatcherType.ERROR && type != DispatcherType.ASYNC
				&& this.request.getAttribute(SERVLET_ATTRIBUTE) != null;
	}

}
