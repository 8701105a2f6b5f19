package io.cancelscope;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * Exception that {@link CancelScope#check()} throws if the scope is cancelled because a
 * deadline has passed.
 */
public class DeadlineExceededException extends ScopeCancelledException {

	@Serial
	private static final long serialVersionUID = 1L;

	DeadlineExceededException(String message, CancelReason reason, String scope, @Nullable Throwable cause) {
		super(message, reason, scope, cause);
	}

}
