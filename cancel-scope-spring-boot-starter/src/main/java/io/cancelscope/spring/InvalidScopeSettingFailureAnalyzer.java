package io.cancelscope.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Tells at the end of a failed start-up which property to change, and how.
 */
final class InvalidScopeSettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidScopeSettingException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidScopeSettingException cause) {
		return new FailureAnalysis(cause.description(), cause.action(), cause);
	}

}
