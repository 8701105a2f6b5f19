package io.cancelscope.spring.resilience;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

import io.cancelscope.CancelScope;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.util.StringUtils;
import org.springframework.util.StringValueResolver;

/**
 * Waits in front of {@code @ConcurrencyLimit}, so that the wait there is never needed:
 * this one ends with the current scope, that one does not. There are as many places here
 * as there, and every call of the bean comes past here first, whether it has a scope or
 * not.
 */
final class LimitWaitInterceptor implements MethodInterceptor {

	private final @Nullable StringValueResolver values;

	/** Empty for methods where nobody waits. */
	private final Map<Method, Optional<Semaphore>> places = new ConcurrentHashMap<>();

	/** Shared by the methods without a limit of their own. */
	private final Map<Class<?>, Optional<Semaphore>> placesOfClass = new ConcurrentHashMap<>();

	LimitWaitInterceptor(@Nullable StringValueResolver values) {
		this.values = values;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		Method method = invocation.getMethod();
		Optional<Semaphore> places = this.places.get(method);
		if (places == null) {
			Class<?> targetClass = (target != null) ? target.getClass() : method.getDeclaringClass();
			places = this.places.computeIfAbsent(method, (key) -> find(key, targetClass));
		}
		return places.isEmpty() || !enter(places.get()) ? invocation.proceed() : proceed(invocation, places.get());
	}

	private static @Nullable Object proceed(MethodInvocation invocation, Semaphore places) throws Throwable {
		try {
			return invocation.proceed();
		}
		finally {
			places.release();
		}
	}

	/**
	 * Takes a place, and waits for it no longer than the scope lasts.
	 * @return {@code false} if somebody else interrupted the wait: Spring's advice says
	 * then what comes of that
	 */
	private static boolean enter(Semaphore places) {
		if (places.tryAcquire()) {
			return true;
		}
		CancelScope scope = CancelScope.current();
		try {
			scope.<Boolean, InterruptedException>interruptibly((waiting) -> {
				places.acquire();
				return Boolean.TRUE;
			});
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		try {
			scope.check(); // the body is not begun in a scope that is over by now
		}
		catch (Throwable ex) {
			places.release();
			throw ex;
		}
		return true;
	}

	private Optional<Semaphore> find(Method method, Class<?> targetClass) {
		ConcurrencyLimit own = AnnotatedElementUtils.findMergedAnnotation(method, ConcurrencyLimit.class);
		if (own != null) {
			return places(own);
		}
		return this.placesOfClass.computeIfAbsent(targetClass, (type) -> {
			ConcurrencyLimit limit = AnnotatedElementUtils.findMergedAnnotation(type, ConcurrencyLimit.class);
			return (limit != null) ? places(limit) : Optional.empty();
		});
	}

	private Optional<Semaphore> places(ConcurrencyLimit limit) {
		int number = number(limit);
		return (limit.policy() == ConcurrencyLimit.ThrottlePolicy.BLOCK && number > 0)
				? Optional.of(new Semaphore(number)) : Optional.empty();
	}

	private int number(ConcurrencyLimit limit) {
		String text = limit.limitString();
		if (StringUtils.hasText(text) && this.values != null) {
			text = this.values.resolveStringValue(text);
		}
		return StringUtils.hasText(text) ? Integer.parseInt(text) : limit.limit();
	}

}
