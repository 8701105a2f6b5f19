package io.cancelscope.spring.aop;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.cancelscope.CancelReason;
import io.cancelscope.spring.CancelScoped;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The method of the same bean that the annotation's attribute {@code fallback} names.
 */
final class FallbackMethod {

	private static final List<String> FRAMEWORKS = List.of("org.springframework.", "jakarta.transaction.",
			"jakarta.annotation.security.");

	private static final String HINTS = "org.springframework.aot.";

	private final Method method;

	/** What the method that it stands in for returns. */
	private final Class<?> result;

	private final boolean takesReason;

	/** Whether it has annotations of its own, which count in calls through a proxy. */
	private final boolean isAnnotated;

	private FallbackMethod(Method method, CancelScopedLocation place) {
		this.method = method;
		this.result = place.method().getReturnType();
		this.takesReason = method.getParameterCount() > place.method().getParameterCount();
		this.isAnnotated = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).stream().findAny().isPresent();
		ReflectionUtils.makeAccessible(method);
	}

	/**
	 * Finds the method and checks that it can stand in.
	 * @throws InvalidCancelScopedException if it can't
	 */
	static FallbackMethod of(CancelScopedLocation place, String name) {
		Class<?> userClass = ClassUtils.getUserClass(place.targetClass());
		List<Method> candidates = candidates(place.method(), userClass, name);
		if (candidates.isEmpty()) {
			throw invalid(place, name,
					"and there is no such method in " + userClass.getName() + " with these parameters");
		}
		Method found = candidates.get(0);
		Method rival = FallbackCandidates.rivalOfTheFirst(candidates, userClass);
		if (rival != null) {
			throw invalid(place, name, "which is ambiguous: " + found + " and " + rival);
		}
		check(place, userClass, name, found);
		return new FallbackMethod(found, place);
	}

	/** The methods of that name whose parameters fit; the one to call goes first. */
	static List<Method> candidates(Method method, Class<?> userClass, String name) {
		return FallbackCandidates.of(method, userClass, name);
	}

	private static void check(CancelScopedLocation place, Class<?> userClass, String name, Method found) {
		if (Modifier.isStatic(place.method().getModifiers()) && !Modifier.isStatic(found.getModifiers())) {
			throw invalid(place, name, "which is not static, unlike " + place.method().getName());
		}
		Class<?> wanted = FallbackCandidates.result(place.method(), userClass);
		Class<?> result = FallbackCandidates.result(found, userClass);
		if (wanted != void.class && !Assignment.isPossible(wanted, result)) {
			throw invalid(place, name,
					"which returns " + result.getSimpleName() + " instead of " + wanted.getSimpleName());
		}
		for (Class<?> exception : found.getExceptionTypes()) {
			if (!ReflectionUtils.declaresException(place.method(), exception)
					&& !RuntimeException.class.isAssignableFrom(exception)
					&& !Error.class.isAssignableFrom(exception)) {
				throw invalid(place, name, "which throws " + exception.getSimpleName() + ", which "
						+ place.method().getName() + " does not declare");
			}
		}
	}

	/** It returns what can't be followed to its end. */
	InvalidCancelScopedException unfollowed(CancelScopedLocation place) {
		return invalid(place, this.method.getName(), "which returns " + this.method.getReturnType().getSimpleName()
				+ ", whose completion cannot be observed. Declare CompletableFuture or Future");
	}

	Method method() {
		return this.method;
	}

	/** Whether it has annotations, other than ours, that act by proxies. */
	boolean isAnnotatedForProxies() {
		return MergedAnnotations.from(this.method, SearchStrategy.TYPE_HIERARCHY)
			.stream()
			.filter((annotation) -> annotation.getRoot().getType() != CancelScoped.class)
			.map((annotation) -> annotation.getType().getName())
			.anyMatch((name) -> FRAMEWORKS.stream().anyMatch(name::startsWith) && !name.startsWith(HINTS));
	}

	Class<?> returnType() {
		return this.method.getReturnType();
	}

	private static InvalidCancelScopedException invalid(CancelScopedLocation place, String name, String problem) {
		Method method = place.method();
		String parameters = Arrays.stream(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", "));
		String signature = method.getReturnType().getSimpleName() + " " + name + "(" + parameters;
		return InvalidCancelScopedException.of(place, "fallback", '"' + name + '"', problem,
				"A fallback has the same parameters, optionally followed by a CancelReason, for example " + signature
						+ ") or " + signature + (parameters.isEmpty() ? "" : ", ") + "CancelReason reason).",
				null);
	}

	/**
	 * Calls the method; what it throws comes out unchanged.
	 * @param target the object, or {@code null} where a static method was called
	 * @param proxy the proxy that the call came through, or {@code null} if there is none
	 */
	@Nullable Object call(@Nullable Object target, @Nullable Object proxy, @Nullable Object[] arguments, CancelReason reason)
			throws Throwable {
		@Nullable Object[] all = arguments;
		if (this.takesReason) {
			all = Arrays.copyOf(arguments, arguments.length + 1);
			all[arguments.length] = reason;
		}
		Method throughProxy = (this.isAnnotated && proxy != null) ? ProxiedMethod.find(this.method, proxy) : null;
		try {
			Object value = (throughProxy != null) ? throughProxy.invoke(proxy, all)
					: this.method.invoke(isOf(target) ? target : proxy, all);
			return Assignment.convert(value, this.result);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	/** Whether the object has the method: a default method may only be the proxy's. */
	private boolean isOf(@Nullable Object target) {
		return Modifier.isStatic(this.method.getModifiers()) || this.method.getDeclaringClass().isInstance(target);
	}

}
