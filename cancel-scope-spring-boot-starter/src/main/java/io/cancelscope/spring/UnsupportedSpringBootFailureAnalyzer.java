package io.cancelscope.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Tells at the end of the failed start-up how to go on.
 */
final class UnsupportedSpringBootFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedSpringBootException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedSpringBootException cause) {
		return new FailureAnalysis(cause.getMessage() + ".",
				"Upgrade Spring Boot to 4.0 or newer, or replace the dependency"
						+ " io.cancelscope:cancel-scope-spring-boot-starter by io.cancelscope:cancel-scope-core,"
						+ " which works without Spring.",
				cause);
	}

}
