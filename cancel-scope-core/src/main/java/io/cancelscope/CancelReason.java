package io.cancelscope;

import java.io.Serializable;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The reason for a cancellation. All scopes that a cancellation reaches report the same
 * reason. It contains names and the cause, but no scope, so storing a reason does not
 * keep a scope in memory.
 *
 * @param kind the kind of the reason, for metrics and decisions
 * @param message the human-readable reason
 * @param cause the exception that led to the cancellation, or {@code null}
 * @param origin the name of the scope in which the cancellation began
 * @serial exclude
 */
public record CancelReason(Kind kind, String message, @Nullable Throwable cause,
		String origin) implements Serializable {

	/**
	 * Creates a reason.
	 * @param kind the kind of the reason
	 * @param message the human-readable reason
	 * @param cause the exception that led to the cancellation, or {@code null}
	 * @param origin the name of the scope in which the cancellation began
	 * @throws NullPointerException if kind, message or origin is {@code null}
	 */
	public CancelReason {
		Objects.requireNonNull(kind, "kind");
		Objects.requireNonNull(message, "message");
		Objects.requireNonNull(origin, "origin");
	}

	/** Fails for a kind that is reserved for the library. */
	static void requireChosen(Kind kind) {
		Objects.requireNonNull(kind, "kind");
		if (kind == Kind.DEADLINE || kind == Kind.MISNESTED) {
			throw new IllegalArgumentException("Cannot cancel a scope with kind " + kind + ", which is reserved for "
					+ ((kind == Kind.DEADLINE) ? "expired deadlines" : "scopes closed in the wrong order")
					+ ". Use REQUESTED, FAILED, DISCONNECTED or SHUTDOWN"
					+ ((kind == Kind.DEADLINE) ? ", or set a deadline with OpenScope.reschedule(…)." : "."));
		}
	}

	/**
	 * The kinds of reasons for a cancellation.
	 */
	public enum Kind {

		/** The deadline of the origin passed. */
		DEADLINE,

		/** Code called {@code cancel}. */
		REQUESTED,

		/** An exception left the origin. */
		FAILED,

		/** The client that waited for the response has disconnected. */
		DISCONNECTED,

		/** The application is stopping. */
		SHUTDOWN,

		/**
		 * An outer scope was closed while the origin was still open on the same thread.
		 */
		MISNESTED

	}

}
