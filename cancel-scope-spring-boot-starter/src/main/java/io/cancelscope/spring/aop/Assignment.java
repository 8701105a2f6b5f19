package io.cancelscope.spring.aop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.WrongMethodTypeException;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * Which values fit into which variables, as the Java compiler decides for an assignment:
 * subtypes, boxing, unboxing, and primitive types that hold more.
 */
final class Assignment {

	private Assignment() {
	}

	/** Whether a variable of the first type takes values of the second. */
	static boolean isPossible(Class<?> to, Class<?> from) {
		if (to == void.class || from == void.class) {
			return to == from;
		}
		if (to.isPrimitive()) {
			Class<?> unboxed = unboxed(from);
			return unboxed != null && isWidening(to, unboxed);
		}
		return to.isAssignableFrom(ClassUtils.resolvePrimitiveIfNecessary(from));
	}

	/** Makes a value, a boxed one, what a variable of a primitive type takes. */
	static @Nullable Object convert(@Nullable Object value, Class<?> to) {
		if (value == null || !to.isPrimitive() || to == void.class
				|| ClassUtils.resolvePrimitiveIfNecessary(to).isInstance(value)) {
			return value;
		}
		char character = (value instanceof Character given) ? given : 0;
		Number number = (value instanceof Number given) ? given : (int) character;
		if (to == double.class) {
			return number.doubleValue();
		}
		if (to == float.class) {
			return number.floatValue();
		}
		if (to == long.class) {
			return number.longValue();
		}
		return (to == int.class) ? (Object) number.intValue() : (Object) number.shortValue();
	}

	private static @Nullable Class<?> unboxed(Class<?> type) {
		return type.isPrimitive() ? type : MethodType.methodType(type).unwrap().returnType().isPrimitive()
				? MethodType.methodType(type).unwrap().returnType() : null;
	}

	private static boolean isWidening(Class<?> to, Class<?> from) {
		try {
			MethodHandles.identity(from).asType(MethodType.methodType(to, from));
			return true;
		}
		catch (WrongMethodTypeException ex) {
			// Ignored: the answer is that it is not.
			return false;
		}
	}

}
