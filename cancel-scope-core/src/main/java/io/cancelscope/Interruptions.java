package io.cancelscope;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;

import org.jspecify.annotations.Nullable;

/**
 * Knows what an interrupt looks like when it comes out of a library as an exception.
 */
final class Interruptions {

	/** How many causes deep an interruption is looked for. */
	private static final int SEARCH_LIMIT = 32;

	private Interruptions() {
	}

	/** Whether it is, or was caused by, the interruption of a blocking call. */
	static boolean isOne(@Nullable Throwable thrown) {
		Throwable at = thrown;
		for (int i = 0; at != null && i < SEARCH_LIMIT; i++) {
			if (isBare(at)) {
				return true;
			}
			at = Foreign.cause(at);
		}
		return false;
	}

	private static boolean isBare(Throwable thrown) {
		if (thrown instanceof SocketException) {
			// What a virtual thread's blocked socket says, having closed itself.
			return "Closed by interrupt".equals(thrown.getMessage());
		}
		return thrown instanceof InterruptedException || thrown instanceof ClosedByInterruptException
				|| (thrown instanceof InterruptedIOException && !(thrown instanceof SocketTimeoutException));
	}

}
