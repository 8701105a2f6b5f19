package io.cancelscope.spring.resilience;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * The method of Spring's retries that a native image has to know of.
 */
final class ResilienceRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		Method spec = ScopedRetryInterceptor.SPEC;
		if (spec != null) {
			hints.reflection().registerMethod(spec, ExecutableMode.INVOKE);
		}
	}

}
