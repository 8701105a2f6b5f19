package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelReason;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the methods that a fallback's name may mean: those that can be called with the
 * arguments of the method, and the reason last. Type variables count as what they stand
 * for in the class of the bean.
 */
final class FallbackCandidates {

	private FallbackCandidates() {
	}

	/**
	 * Returns the methods of the name that take the arguments, those that take the reason
	 * first, and the most specific first.
	 * @param method the method that the fallback stands in for, never a candidate itself
	 */
	static List<Method> of(Method method, Class<?> userClass, String name) {
		List<Method> found = new ArrayList<>();
		for (Method candidate : ReflectionUtils.getUniqueDeclaredMethods(userClass)) {
			if (candidate.getName().equals(name) && !candidate.isBridge() && takes(candidate, method, userClass)
					&& !isSame(candidate, method, userClass)) {
				add(found, candidate, userClass);
			}
		}
		return found;
	}

	/** Whether it is the method itself, or what it overrides. */
	private static boolean isSame(Method candidate, Method method, Class<?> userClass) {
		return candidate.getName().equals(method.getName())
				&& candidate.getParameterCount() == method.getParameterCount()
				&& isAtLeastAsSpecific(candidate, method, userClass)
				&& isAtLeastAsSpecific(method, candidate, userClass);
	}

	private static boolean takes(Method candidate, Method method, Class<?> userClass) {
		int arguments = method.getParameterCount();
		int parameters = candidate.getParameterCount();
		boolean takesReason = parameters == arguments + 1
				&& candidate.getParameterTypes()[arguments] == CancelReason.class;
		if (parameters != arguments && !takesReason) {
			return false;
		}
		for (int i = 0; i < arguments; i++) {
			if (!Assignment.isPossible(parameter(candidate, i, userClass), parameter(method, i, userClass))) {
				return false;
			}
		}
		return true;
	}

	/** In front of the first that is less specific. */
	private static void add(List<Method> found, Method added, Class<?> userClass) {
		int place = 0;
		while (place < found.size() && !isMoreSpecific(added, found.get(place), userClass)) {
			place++;
		}
		found.add(place, added);
	}

	private static boolean isMoreSpecific(Method one, Method other, Class<?> userClass) {
		if (one.getParameterCount() != other.getParameterCount()) {
			return one.getParameterCount() > other.getParameterCount();
		}
		return isAtLeastAsSpecific(one, other, userClass) && !isAtLeastAsSpecific(other, one, userClass);
	}

	/**
	 * Whether the second takes all that the first takes; both have as many parameters.
	 */
	private static boolean isAtLeastAsSpecific(Method one, Method other, Class<?> userClass) {
		for (int i = 0; i < one.getParameterCount(); i++) {
			if (!Assignment.isPossible(parameter(other, i, userClass), parameter(one, i, userClass))) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Returns a candidate that is neither more nor less specific than the first, or
	 * {@code null}: then the first is what the compiler would choose.
	 */
	static @Nullable Method rivalOfTheFirst(List<Method> candidates, Class<?> userClass) {
		Method first = candidates.get(0);
		return candidates.stream()
			.filter((other) -> other.getParameterCount() == first.getParameterCount()
					&& !isAtLeastAsSpecific(first, other, userClass))
			.findFirst()
			.orElse(null);
	}

	static Class<?> result(Method method, Class<?> userClass) {
		return ResolvableType.forMethodReturnType(method, userClass).toClass();
	}

	private static Class<?> parameter(Method method, int index, Class<?> userClass) {
		return ResolvableType.forMethodParameter(method, index, userClass).toClass();
	}

}
