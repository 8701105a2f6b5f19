package io.cancelscope;

import java.io.Serializable;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Why a scope was cancelled. Every scope that one cancellation reaches reports the same
 * reason. It holds names and the cause, never a scope, so that keeping one keeps nothing
 * else alive.
 *
 * @param kind what sort of cause it was, for metrics and decisions
 * @param message why, for people
 * @param cause the exception behind it, or {@code null}
 * @param origin the name of the scope where the cancellation began
 * @serial exclude
 */
public record CancelReason(Kind kind, String message, @Nullable Throwable cause,
		String origin) implements Serializable {

	/**
	 * Creates a reason.
	 * @param kind what sort of cause it was
	 * @param message why, for people
	 * @param cause the exception behind it, or {@code null}
	 * @param origin the name of the scope where the cancellation began
	 * @throws NullPointerException if kind, message or origin is {@code null}
	 */
	public CancelReason {
		Objects.requireNonNull(kind, "kind");
		Objects.requireNonNull(message, "message");
		Objects.requireNonNull(origin, "origin");
	}

	/** Fails for a kind that nobody can choose. */
	static void requireChosen(Kind kind) {
		Objects.requireNonNull(kind, "kind");
		if (kind == Kind.DEADLINE || kind == Kind.MISNESTED) {
			throw new IllegalArgumentException("A scope can't be cancelled as " + kind + ": "
					+ ((kind == Kind.DEADLINE) ? "that is for time to do. Give it a deadline, or move the one it has"
							+ " with OpenScope.reschedule(…)" : "that is for scopes closed in the wrong order")
					+ "; otherwise choose REQUESTED, FAILED, DISCONNECTED or SHUTDOWN.");
		}
	}

	/**
	 * What sort of cause a cancellation had.
	 */
	public enum Kind {

		/** The deadline of the origin passed. */
		DEADLINE,

		/** Somebody called {@code cancel}. */
		REQUESTED,

		/** An exception left the origin. */
		FAILED,

		/** The one who waits for the answer is gone. */
		DISCONNECTED,

		/** The application is stopping. */
		SHUTDOWN,

		/** An outer scope was closed while the origin was still open on that thread. */
		MISNESTED

	}

}
