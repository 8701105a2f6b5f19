package io.cancelscope.spring.resilience;

import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Predicate;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.resilience.retry.AbstractRetryInterceptor;
import org.springframework.resilience.retry.MethodRetrySpec;

/**
 * The attempts of one call with a reactive result, in Spring's hands, waits included: the
 * scope cancels the subscription during a wait. No attempt follows where a called server
 * has said that the time of the scope is used up.
 */
final class LimitedReactiveRetries extends AbstractRetryInterceptor {

	private final MethodRetrySpec spec;

	private final CancelScope scope;

	LimitedReactiveRetries(MethodRetrySpec spec, CancelScope scope, @Nullable ApplicationEventPublisher events) {
		this.spec = spec;
		this.scope = scope;
		if (events != null) {
			setApplicationEventPublisher(events);
		}
	}

	@Override
	protected MethodRetrySpec getRetrySpec(Method method, Class<?> targetClass) {
		Predicate<Throwable> users = this.spec.predicate().forMethod(method);
		return new MethodRetrySpec(List.copyOf(this.spec.includes()), List.copyOf(this.spec.excludes()),
				(same, thrown) -> users.test(thrown) && RetryUnlessCancelled.mayRetry(this.scope),
				this.spec.maxRetries(), this.spec.timeout(), this.spec.delay(), this.spec.jitter(),
				this.spec.multiplier(), this.spec.maxDelay());
	}

}
