package io.cancelscope.spring.resilience;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.util.function.BooleanSupplier;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * A call that may be made several times, each time but the first after a wait. If the
 * wait ends early, it is not made, and fails as it failed before.
 */
final class Attempts implements ProxyMethodInvocation {

	private final ProxyMethodInvocation call;

	private final BooleanSupplier wait;

	private @Nullable Throwable last;

	Attempts(ProxyMethodInvocation call, BooleanSupplier wait) {
		this.call = call;
		this.wait = wait;
	}

	@Override
	public @Nullable Object proceed() throws Throwable {
		if (this.last != null && !this.wait.getAsBoolean()) {
			throw this.last;
		}
		try {
			return this.call.invocableClone().proceed();
		}
		catch (Throwable ex) {
			this.last = ex;
			throw ex;
		}
	}

	/** Each time it proceeds it makes a clone by itself. */
	@Override
	public MethodInvocation invocableClone() {
		return this;
	}

	@Override
	public MethodInvocation invocableClone(@Nullable Object... arguments) {
		return this.call.invocableClone(arguments);
	}

	@Override
	public Object getProxy() {
		return this.call.getProxy();
	}

	@Override
	public void setArguments(@Nullable Object... arguments) {
		this.call.setArguments(arguments);
	}

	@Override
	public void setUserAttribute(String key, @Nullable Object value) {
		this.call.setUserAttribute(key, value);
	}

	@Override
	public @Nullable Object getUserAttribute(String key) {
		return this.call.getUserAttribute(key);
	}

	@Override
	public Method getMethod() {
		return this.call.getMethod();
	}

	@Override
	public @Nullable Object[] getArguments() {
		return this.call.getArguments();
	}

	@Override
	public @Nullable Object getThis() {
		return this.call.getThis();
	}

	@Override
	public AccessibleObject getStaticPart() {
		return this.call.getStaticPart();
	}

}
