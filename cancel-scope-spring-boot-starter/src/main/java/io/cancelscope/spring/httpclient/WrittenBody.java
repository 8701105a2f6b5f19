package io.cancelscope.spring.httpclient;

import java.io.IOException;
import java.io.OutputStream;

import org.jspecify.annotations.Nullable;

import org.springframework.http.StreamingHttpOutputMessage;

/**
 * The body of a request, which the library lets the application write, possibly on
 * another thread. Remembers if that failed by itself, and not because it was stopped.
 */
final class WrittenBody implements StreamingHttpOutputMessage.Body {

	private final StreamingHttpOutputMessage.Body body;

	private volatile @Nullable RuntimeException failure;

	WrittenBody(StreamingHttpOutputMessage.Body body) {
		this.body = body;
	}

	@Override
	public void writeTo(OutputStream out) throws IOException {
		try {
			this.body.writeTo(out);
		}
		catch (RuntimeException ex) {
			if (!isOfStream(ex)) {
				this.failure = ex;
			}
			throw ex;
		}
	}

	@Override
	public boolean repeatable() {
		return this.body.repeatable();
	}

	/** Only what it is written to is closed when the call is stopped. */
	private static boolean isOfStream(Throwable exception) {
		Throwable cause = exception.getCause();
		return exception instanceof IOException || (cause != null && isOfStream(cause));
	}

	/** Whether the library failed because this did. */
	boolean isCauseOf(Throwable exception) {
		RuntimeException failure = this.failure;
		Throwable cause = exception.getCause();
		return failure != null && (exception == failure || (cause != null && isCauseOf(cause)));
	}

}
