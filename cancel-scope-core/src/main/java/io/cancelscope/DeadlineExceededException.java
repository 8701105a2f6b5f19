package io.cancelscope;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by {@link CancelScope#check()} where the reason is a deadline: the time is up.
 */
public class DeadlineExceededException extends ScopeCancelledException {

	@Serial
	private static final long serialVersionUID = 1L;

	DeadlineExceededException(String message, CancelReason reason, String scope, @Nullable Throwable cause) {
		super(message, reason, scope, cause);
	}

}
