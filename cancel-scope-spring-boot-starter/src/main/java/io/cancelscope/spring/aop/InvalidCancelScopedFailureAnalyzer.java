package io.cancelscope.spring.aop;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Tells at the end of a failed start-up which {@code @CancelScoped} to change, and how.
 */
final class InvalidCancelScopedFailureAnalyzer extends AbstractFailureAnalyzer<InvalidCancelScopedException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidCancelScopedException cause) {
		return new FailureAnalysis(cause.description(), cause.action(), cause);
	}

}
