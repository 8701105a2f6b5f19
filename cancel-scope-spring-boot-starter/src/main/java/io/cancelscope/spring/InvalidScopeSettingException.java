package io.cancelscope.spring;

import java.io.Serial;

/**
 * Thrown at start-up where a key of {@code cancel-scope.timeouts} or {@code .modes} can't
 * be understood.
 */
class InvalidScopeSettingException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String description;

	private final String action;

	InvalidScopeSettingException(String description, String action) {
		super(description + " " + action);
		this.description = description;
		this.action = action;
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
