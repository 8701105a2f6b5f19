package io.cancelscope.spring.redis;

import java.io.Serial;

import io.cancelscope.CancelScope;
import io.lettuce.core.RedisCommandTimeoutException;

/**
 * Failure of a Lettuce command whose scope was cancelled. Spring translates it to a
 * {@code QueryTimeoutException}, as it does for statements of databases.
 */
final class RedisCommandCancelledException extends RedisCommandTimeoutException {

	@Serial
	private static final long serialVersionUID = 1L;

	RedisCommandCancelledException(String command, CancelScope scope) {
		this(command, scope.exception());
	}

	private RedisCommandCancelledException(String command, RuntimeException cause) {
		super("The command " + command + " was cancelled: " + cause.getMessage());
		initCause(cause);
	}

}
