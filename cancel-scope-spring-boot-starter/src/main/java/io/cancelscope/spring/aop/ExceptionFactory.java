package io.cancelscope.spring.aop;

import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.function.Function;

import io.cancelscope.CancelReason;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;

/**
 * Makes the exceptions of the annotation's attribute {@code exception}.
 */
final class ExceptionFactory implements Function<CancelReason, RuntimeException> {

	static final String CONSTRUCTORS = "(String, Throwable), (String) or ()";

	private final String scope;

	private final @Nullable Constructor<? extends RuntimeException> withCause;

	private final @Nullable Constructor<? extends RuntimeException> withMessage;

	private final @Nullable Constructor<? extends RuntimeException> plain;

	private ExceptionFactory(Class<? extends RuntimeException> type, String scope) {
		this.scope = scope;
		this.withCause = constructor(type, String.class, Throwable.class);
		this.withMessage = constructor(type, String.class);
		this.plain = constructor(type);
	}

	/**
	 * Finds how to make exceptions of a type.
	 * @param type the type
	 * @param scope what messages call the scope
	 * @return the factory, or {@code null} if the type has no constructor that fits
	 */
	static @Nullable ExceptionFactory of(Class<? extends RuntimeException> type, String scope) {
		ExceptionFactory factory = new ExceptionFactory(type, scope);
		boolean fits = factory.withCause != null || factory.withMessage != null || factory.plain != null;
		return (fits && !Modifier.isAbstract(type.getModifiers())) ? factory : null;
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
	public RuntimeException apply(CancelReason reason) {
		// An exception made with an explicit null cause could not be given one any more,
		// and the core wants to attach its own.
		boolean causeToGive = reason.cause() != null || this.withMessage == null;
		if (this.withCause != null && causeToGive) {
			return BeanUtils.instantiateClass(this.withCause, message(reason), reason.cause());
		}
		if (this.withMessage != null) {
			return BeanUtils.instantiateClass(this.withMessage, message(reason));
		}
		if (this.plain == null) {
			throw new IllegalStateException("There is no constructor " + CONSTRUCTORS);
		}
		return BeanUtils.instantiateClass(this.plain);
	}

	private String message(CancelReason reason) {
		boolean deadline = reason.kind() == CancelReason.Kind.DEADLINE;
		StringBuilder text = new StringBuilder("scope '").append(this.scope).append('\'');
		text.append(deadline ? " exceeded its deadline" : " was cancelled");
		if (!reason.origin().equals(this.scope)) {
			text.append(deadline ? ", set by '" : ", along with '").append(reason.origin()).append('\'');
		}
		return text.append(": ").append(reason.message()).toString();
	}

}
