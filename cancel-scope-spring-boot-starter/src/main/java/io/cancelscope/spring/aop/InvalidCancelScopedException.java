package io.cancelscope.spring.aop;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * Thrown at start-up where {@code @CancelScoped} says what can't be done.
 */
class InvalidCancelScopedException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String description;

	private final String action;

	InvalidCancelScopedException(String description, String action, @Nullable Throwable cause) {
		super(description + " " + action, cause);
		this.description = description;
		this.action = action;
	}

	/** An attribute has a value that it can't have. */
	static InvalidCancelScopedException of(CancelScopedLocation place, String attribute, String value, String problem,
			String action, @Nullable Throwable cause) {
		return new InvalidCancelScopedException(place + " has " + attribute + " = " + value + ", " + problem + ".",
				action, cause);
	}

	/** What is wrong, and where. */
	String description() {
		return this.description;
	}

	/** What to write instead. */
	String action() {
		return this.action;
	}

}
