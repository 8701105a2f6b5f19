package io.cancelscope.spring.aop;

import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.cancelscope.ScopeCancelledException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;

/**
 * Makes the exceptions of the annotation's attribute {@code exception}.
 */
final class ExceptionFactory implements Function<ScopeCancelledException, RuntimeException> {

	static final String CONSTRUCTORS = "(String, Throwable), (String) or ()";

	private static final Class<?>[][] PARAMETERS = { { String.class, Throwable.class }, { String.class }, {} };

	private final @Nullable Constructor<? extends RuntimeException> withCause;

	private final @Nullable Constructor<? extends RuntimeException> withMessage;

	private final @Nullable Constructor<? extends RuntimeException> plain;

	private ExceptionFactory(Class<? extends RuntimeException> type) {
		this.withCause = constructor(type, PARAMETERS[0]);
		this.withMessage = constructor(type, PARAMETERS[1]);
		this.plain = constructor(type, PARAMETERS[2]);
	}

	/**
	 * Finds how to make exceptions of a type.
	 * @param type the type
	 * @return the factory, or {@code null} if the type has no constructor that fits
	 */
	static @Nullable ExceptionFactory of(Class<? extends RuntimeException> type) {
		ExceptionFactory factory = new ExceptionFactory(type);
		boolean fits = factory.withCause != null || factory.withMessage != null || factory.plain != null;
		return (fits && !Modifier.isAbstract(type.getModifiers())) ? factory : null;
	}

	/** The constructors that a factory for exceptions of a type may use. */
	static List<Constructor<?>> constructors(Class<?> type) {
		List<Constructor<?>> constructors = new ArrayList<>();
		for (Class<?>[] parameters : PARAMETERS) {
			Constructor<?> constructor = constructor(type, parameters);
			if (constructor != null) {
				constructors.add(constructor);
			}
		}
		return constructors;
	}

	private static <T> @Nullable Constructor<T> constructor(Class<T> type, Class<?>... parameters) {
		try {
			return type.getDeclaredConstructor(parameters);
		}
		catch (NoSuchMethodException ex) {
			return null;
		}
	}

	@Override
	public RuntimeException apply(ScopeCancelledException ours) {
		if (this.withCause != null) {
			return BeanUtils.instantiateClass(this.withCause, ours.getMessage(), ours);
		}
		if (this.withMessage != null) {
			return BeanUtils.instantiateClass(this.withMessage, ours.getMessage());
		}
		if (this.plain == null) {
			throw new IllegalStateException("There is no constructor " + CONSTRUCTORS);
		}
		return BeanUtils.instantiateClass(this.plain);
	}

}
