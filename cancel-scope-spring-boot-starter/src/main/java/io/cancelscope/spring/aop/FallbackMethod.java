package io.cancelscope.spring.aop;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.cancelscope.CancelReason;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The method of the same bean that the annotation's attribute {@code fallback} names.
 */
final class FallbackMethod {

	private final Method method;

	private final boolean takesReason;

	private FallbackMethod(Method method, boolean takesReason) {
		this.method = method;
		this.takesReason = takesReason;
		ReflectionUtils.makeAccessible(method);
	}

	/**
	 * Finds the method and checks that it can stand in.
	 * @throws InvalidCancelScopedException if it can't
	 */
	static FallbackMethod of(CancelScopedPlace place, String name) {
		Class<?> userClass = ClassUtils.getUserClass(place.targetClass());
		List<Method> candidates = candidates(place.method(), userClass, name);
		if (candidates.isEmpty()) {
			throw invalid(place, name,
					"and there is no such method in " + userClass.getName() + " with these parameters");
		}
		Method found = candidates.get(0);
		check(place, name, found);
		return new FallbackMethod(found, found.getParameterCount() > place.method().getParameterCount());
	}

	/** The methods of that name whose parameters fit; one with the reason goes first. */
	static List<Method> candidates(Method method, Class<?> userClass, String name) {
		Class<?>[] parameters = method.getParameterTypes();
		Class<?>[] withReason = Arrays.copyOf(parameters, parameters.length + 1);
		withReason[parameters.length] = CancelReason.class;
		return Stream.of(withReason, parameters)
			.map((types) -> ReflectionUtils.findMethod(userClass, name, types))
			.filter(Objects::nonNull)
			.toList();
	}

	private static void check(CancelScopedPlace place, String name, Method found) {
		if (Modifier.isStatic(place.method().getModifiers()) && !Modifier.isStatic(found.getModifiers())) {
			throw invalid(place, name, "which is not static, unlike " + place.method().getName());
		}
		Class<?> result = place.method().getReturnType();
		if (result != void.class && !ClassUtils.isAssignable(result, found.getReturnType())) {
			throw invalid(place, name,
					"which returns " + found.getReturnType().getSimpleName() + " instead of " + result.getSimpleName());
		}
		for (Class<?> exception : found.getExceptionTypes()) {
			if (!ReflectionUtils.declaresException(place.method(), exception)
					&& !RuntimeException.class.isAssignableFrom(exception)
					&& !Error.class.isAssignableFrom(exception)) {
				throw invalid(place, name, "which throws " + exception.getSimpleName() + ", and "
						+ place.method().getName() + " doesn't declare it");
			}
		}
	}

	/** It returns what can't be followed to its end. */
	InvalidCancelScopedException unfollowed(CancelScopedPlace place) {
		return invalid(place, this.method.getName(), "which returns " + this.method.getReturnType().getSimpleName()
				+ ", whose completion cannot be observed. Declare CompletableFuture or Future");
	}

	Class<?> returnType() {
		return this.method.getReturnType();
	}

	private static InvalidCancelScopedException invalid(CancelScopedPlace place, String name, String problem) {
		Method method = place.method();
		String parameters = Arrays.stream(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", "));
		String signature = method.getReturnType().getSimpleName() + " " + name + "(" + parameters;
		return InvalidCancelScopedException.of(place, "fallback", '"' + name + '"', problem,
				"A fallback takes the same arguments, and the CancelReason last if it wants it, for example "
						+ signature + ") or " + signature + (parameters.isEmpty() ? "" : ", ")
						+ "CancelReason reason).",
				null);
	}

	/** Whether the object has the method: a default method may only be the proxy's. */
	boolean isOf(@Nullable Object target) {
		return this.method.getDeclaringClass().isInstance(target);
	}

	/** Calls the method; what it throws comes out unchanged. */
	@Nullable Object call(@Nullable Object target, @Nullable Object[] arguments, CancelReason reason) throws Throwable {
		@Nullable Object[] all = arguments;
		if (this.takesReason) {
			all = Arrays.copyOf(arguments, arguments.length + 1);
			all[arguments.length] = reason;
		}
		try {
			return this.method.invoke(target, all);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
