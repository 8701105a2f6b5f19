package io.cancelscope.group;

import java.util.Collection;
import java.util.concurrent.CompletionException;

import io.cancelscope.CancelReason;
import io.cancelscope.LogText;
import io.cancelscope.ScopeCancelledException;

/**
 * Handling of exceptions that a task threw. An exception is foreign code: its text and
 * its cause are computed by methods that can fail themselves.
 */
final class TaskFailures {

	private TaskFailures() {
	}

	/**
	 * Returns what to throw for a failure: an unchecked exception as it is, a checked one
	 * as the cause of a {@link CompletionException}. Throws an error itself.
	 */
	static RuntimeException unchecked(Throwable failure, String scope) {
		if (failure instanceof RuntimeException ex) {
			return ex;
		}
		if (failure instanceof Error ex) {
			throw ex;
		}
		return new CompletionException("A task of '" + scope + "' failed: " + messageOf(failure), failure);
	}

	/** Returns what to throw if the thread that waits for tasks was interrupted. */
	static InterruptedException interruption(String scope, Collection<Throwable> failures) {
		InterruptedException ex = new InterruptedException(
				"Interrupted while waiting for the tasks of '" + scope + "', which were cancelled");
		failures.forEach(ex::addSuppressed);
		return ex;
	}

	/** Returns whether a failure is the consequence of this cancellation. */
	static boolean isCausedBy(Throwable failure, CancelReason reason) {
		ScopeCancelledException found = ScopeCancelledException.findIn(failure);
		while (found != null && found.reason() != reason) {
			found = ScopeCancelledException.findIn(found.getCause());
		}
		return found != null;
	}

	/** Adds a further failure to the first one. */
	static void suppress(Throwable first, Throwable further) {
		if (first != further) {
			first.addSuppressed(further);
		}
	}

	/** Returns the text of an exception, or its type if the text cannot be computed. */
	static String textOf(Throwable exception) {
		try {
			return LogText.of(exception.toString());
		}
		catch (Throwable ex) {
			return exception.getClass().getName();
		}
	}

	private static String messageOf(Throwable exception) {
		try {
			return LogText.of(exception.getMessage());
		}
		catch (Throwable ex) {
			return exception.getClass().getName();
		}
	}

}
