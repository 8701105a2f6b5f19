package io.cancelscope.spring.resilience;

import java.util.Arrays;

import io.cancelscope.spring.ChangedLibrary;
import org.aopalliance.aop.Advice;

import org.springframework.core.NativeDetector;
import org.springframework.resilience.retry.AbstractRetryInterceptor;

/**
 * What is assumed of Spring's advice for {@code @Retryable} and
 * {@code @ConcurrencyLimit}: it is known by the class that encloses its class.
 */
final class ResilienceInternals {

	private ResilienceInternals() {
	}

	static boolean knowRetries(Class<?> processor, boolean specKnown) {
		if (!specKnown) {
			ChangedLibrary.report(processor, "an interceptor with a known MethodRetrySpec",
					"the waits of @Retryable do not end with their scope");
			return false;
		}
		return know(processor, AbstractRetryInterceptor.class, "@Retryable");
	}

	static boolean knowLimits(Class<?> processor) {
		return know(processor, Advice.class, "@ConcurrencyLimit");
	}

	private static boolean know(Class<?> processor, Class<?> advice, String annotation) {
		if (NativeDetector.inNativeImage()) {
			return true; // which does not list nested classes, and keeps its version
		}
		boolean known = Arrays.stream(processor.getDeclaredClasses()).anyMatch(advice::isAssignableFrom);
		if (!known) {
			ChangedLibrary.report(processor, "a nested class that is a " + advice.getSimpleName(),
					"the waits of " + annotation + " do not end with their scope");
		}
		return known;
	}

}
