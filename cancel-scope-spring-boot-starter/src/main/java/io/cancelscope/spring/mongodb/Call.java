package io.cancelscope.spring.mongodb;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

import io.cancelscope.spring.ScopeFailures;
import org.jspecify.annotations.Nullable;

/**
 * A call of a method of a driver's interface, which can be made more than once.
 *
 * @param method the method
 * @param arguments its arguments
 */
record Call(Method method, @Nullable Object[] arguments) {

	private static final Object[] NONE = {};

	static Call of(Method method, @Nullable Object @Nullable [] arguments) {
		return new Call(method, (arguments != null) ? arguments : NONE);
	}

	String name() {
		return this.method.getName();
	}

	boolean isOf(Class<?> type) {
		return this.method.getDeclaringClass() == type;
	}

	boolean returns(Class<?> type) {
		return type.isAssignableFrom(this.method.getReturnType());
	}

	@Nullable Object argument(int index) {
		return (index < this.arguments.length) ? this.arguments[index] : null;
	}

	/** Makes the call, and throws what the method throws. */
	@Nullable Object on(Object target) {
		return invoke(this.method, target, this.arguments);
	}

	/** Makes the call with a session, by the method that takes one. */
	@Nullable Object on(Object target, Object session, Method withSession) {
		@Nullable Object[] arguments = new @Nullable Object[this.arguments.length + 1];
		arguments[0] = session;
		System.arraycopy(this.arguments, 0, arguments, 1, this.arguments.length);
		return invoke(withSession, target, arguments);
	}

	private static @Nullable Object invoke(Method method, Object target, @Nullable Object[] arguments) {
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ScopeFailures.<RuntimeException>sneakyThrow(ex.getTargetException());
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException("Cannot call " + method + ". Check the module settings of the driver", ex);
		}
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Call call && this.method.equals(call.method)
				&& Arrays.equals(this.arguments, call.arguments);
	}

	@Override
	public int hashCode() {
		return this.method.hashCode();
	}

	@Override
	public String toString() {
		return this.method.getName();
	}

}
