package io.cancelscope.spring.web;

import java.io.IOException;
import java.util.function.Consumer;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.ServletResponseWrapper;
import org.apache.catalina.connector.ClientAbortException;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EofException;

/**
 * The servlet containers, where what they do beyond the servlet API makes a difference.
 */
enum Container {

	TOMCAT, JETTY, OTHER;

	static Container of(ServletResponse response) {
		ServletResponse original = response;
		while (original instanceof ServletResponseWrapper wrapper) {
			original = wrapper.getResponse();
		}
		String type = original.getClass().getName();
		if (type.startsWith("org.apache.catalina.")) {
			return TOMCAT;
		}
		return type.startsWith("org.eclipse.jetty.") ? JETTY : OTHER;
	}

	/**
	 * Returns what a filter has to throw to break off a connection, or its stream where
	 * the protocol is HTTP/2, so that nobody takes a part of an answer for the whole. No
	 * method of the servlet API does that. Any exception does, but containers log it with
	 * its stack trace and append an error page to the part. They do neither for their own
	 * exception that reports a lost client. Limitation: Tomcat 11.0 sends the end of an
	 * HTTP/2 stream before it resets it, unless the request is asynchronous.
	 * @param cause why it ends
	 * @return an exception of the container, or the cause where the container is unknown
	 */
	Exception lostClient(Exception cause) {
		try {
			return switch (this) {
				case TOMCAT -> Tomcat.exception(cause);
				case JETTY -> Jetty.exception(cause);
				case OTHER -> cause;
			};
		}
		catch (LinkageError ex) {
			// The container hides its classes from the application.
			return cause;
		}
	}

	/**
	 * Has something done when the container finds that the client of a request is gone,
	 * also while a thread handles the request. No method of the servlet API does that.
	 * Jetty tells it of HTTP/2. Limitation: Tomcat 11.0 tells nobody before a read or a
	 * write, and over HTTP/1.1 neither of them finds out.
	 * @param request the request
	 * @param listener gets how that was noticed, on a thread of the container's
	 */
	void onLostClient(ServletRequest request, Consumer<? super IOException> listener) {
		if (this == JETTY) {
			try {
				Jetty.onLostClient(request, listener);
			}
			catch (LinkageError | IllegalStateException ex) {
				// Ignored: the container hides its classes from the application, or is
				// another version of it.
			}
		}
	}

	/** Loaded where the container is there. */
	private static final class Tomcat {

		private static Exception exception(Exception cause) {
			return new ClientAbortException(cause);
		}

	}

	/** Loaded where the container is there. */
	private static final class Jetty {

		private static Exception exception(Exception cause) {
			return new EofException(cause);
		}

		/** Also told of timeouts, which are no news of the client. */
		private static void onLostClient(ServletRequest request, Consumer<? super IOException> listener) {
			ServletContextRequest.getServletContextRequest(request).addFailureListener((failure) -> {
				if (failure instanceof IOException lost) {
					listener.accept(lost);
				}
			});
		}

	}

}
