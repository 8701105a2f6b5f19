package io.cancelscope.demo.chain;

import java.io.Serial;

/**
 * The reason why the chain cannot be shown, for people.
 */
public final class ChainException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	public ChainException(String message) {
		super(message);
	}

	public ChainException(String message, Throwable cause) {
		super(message, cause);
	}

}
