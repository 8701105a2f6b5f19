package io.cancelscope.spring.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * A shield with a budget of its own around the methods of a bean: what a framework notes
 * down about work that was stopped must not be refused because the work was. Where no
 * scope is open there is nothing to keep out, and no budget.
 * <p>
 * The scopes are none of the application's, which are cancelled when it stops: that is
 * when book-keeping matters most.
 */
final class BookkeepingInterceptor implements MethodInterceptor {

	private static final CancelScopes scopes = CancelScopes.create();

	/** What such a bean returns and is called later: ShedLock's handle to unlock. */
	private static final String HANDLE = "net.javacrumbs.shedlock.core.SimpleLock";

	private static final ClassValue<Boolean> IS_HANDLE = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return SuperTypes.find(type, HANDLE) != null;
		}

	};

	private final Supplier<CancelScopeJdbcProperties> properties;

	BookkeepingInterceptor(Supplier<CancelScopeJdbcProperties> properties) {
		this.properties = properties;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object bean = invocation.getThis();
		String name = (bean != null) ? ClassUtils.getUserClass(bean).getSimpleName() : "bookkeeping";
		return shielded(name, invocation.getMethod(), invocation::proceed);
	}

	private @Nullable Object shielded(String name, Method method, StatementExecution.Call call) throws Throwable {
		Duration timeout = this.properties.get().bookkeepingTimeout();
		if (timeout.isZero() || !(CancelScope.current() instanceof OpenScope)
				|| method.getDeclaringClass() == Object.class) {
			return withHandles(name, call.proceed());
		}
		OpenScope shield = scopes.open(ScopeOptions.named(name).withTimeout(timeout).shield().cancelOnException(false));
		try (shield) {
			return withHandles(name, call.proceed());
		}
	}

	private @Nullable Object withHandles(String name, @Nullable Object result) {
		if (result instanceof Optional<?> optional) {
			return optional.map((value) -> withHandles(name, value));
		}
		return (result != null && IS_HANDLE.get(result.getClass())) ? handle(name, result) : result;
	}

	private Object handle(String name, Object target) {
		InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
			case "equals" -> arguments != null && proxy == arguments[0];
			case "hashCode" -> System.identityHashCode(proxy);
			default -> shielded(name, method, () -> ScopeAwareConnection.call(target, method, arguments));
		};
		return ProxyTypes.newProxy(target, handler);
	}

}
