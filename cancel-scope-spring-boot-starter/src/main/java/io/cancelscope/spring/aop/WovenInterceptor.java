package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.util.List;

import io.cancelscope.CancelScopes;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.UsualTimes;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.function.SingletonSupplier;

/**
 * The door from code that the load-time weaver has advised. Where an application context
 * is open, its settings count. Where there is none, system properties and environment
 * variables do, and a scope ends with the call, whatever it returns.
 */
final class WovenInterceptor implements MethodInterceptor {

	private static final CancelScopedInvoker withoutContext = new CancelScopedInvoker(
			SingletonSupplier.of(CancelScopes::create));

	/** Kept by the classes themselves, which the aspect may outlive. */
	private static final ClassValue<CancelScopedInterceptor> perClass = new ClassValue<>() {

		@Override
		protected CancelScopedInterceptor computeValue(Class<?> type) {
			return new CancelScopedInterceptor(operations(new StandardEnvironment()), withoutContext);
		}

	};

	private static CancelScopedOperations operations(Environment environment) {
		CancelScopeProperties properties = Binder.get(environment)
			.bindOrCreate("cancel-scope", CancelScopeProperties.class);
		ScopeSettings settings = ScopeSettings.of(properties, environment);
		settings.started();
		return new CancelScopedOperations(new CancelScopedSource(),
				new CancelScopedResolver(environment::resolvePlaceholders, () -> settings, List::of,
						SingletonSupplier.of(() -> new UsualTimes(TimeSource.system()))));
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Method method = invocation.getMethod();
		LoadTimeWovenClasses.checkWoven(method.getDeclaringClass());
		Class<?> targetClass = targetClass(method, invocation.getThis());
		CancelScopedInterceptor context = LoadTimeWovenClasses.contextFor(method, targetClass);
		return ((context != null) ? context : perClass.get(targetClass)).invoke(invocation, targetClass);
	}

	/**
	 * Of an overridden method that runs all the same, called by {@code super}, its own
	 * annotations count, not those of the method that overrides it.
	 */
	private static Class<?> targetClass(Method method, @Nullable Object target) {
		Class<?> declaring = method.getDeclaringClass();
		if (target == null || target.getClass() == declaring) {
			return declaring;
		}
		Class<?> targetClass = AopUtils.getTargetClass(target);
		return AopUtils.getMostSpecificMethod(method, targetClass).equals(method) ? targetClass : declaring;
	}

}
