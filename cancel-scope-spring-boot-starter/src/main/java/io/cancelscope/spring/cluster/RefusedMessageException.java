package io.cancelscope.spring.cluster;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * Ends the reading of a message. It has no stack trace, so that a stranger who sends many
 * of them costs little.
 */
final class RefusedMessageException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	/** Null where the message is for others. */
	private final @Nullable Refusal refusal;

	RefusedMessageException(@Nullable Refusal refusal) {
		super((refusal != null) ? refusal.text() : "it is of another group", null, false, false);
		this.refusal = refusal;
	}

	@Nullable Refusal refusal() {
		return this.refusal;
	}

}
