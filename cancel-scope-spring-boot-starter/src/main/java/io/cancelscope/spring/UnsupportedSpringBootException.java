package io.cancelscope.spring;

import java.io.Serial;

/**
 * Stops the start-up on a version of Spring Boot that is too old.
 */
final class UnsupportedSpringBootException extends IllegalStateException {

	@Serial
	private static final long serialVersionUID = 1L;

	UnsupportedSpringBootException(String version) {
		super("cancel-scope requires Spring Boot 4.0 or newer, but this application runs on Spring Boot " + version);
	}

}
