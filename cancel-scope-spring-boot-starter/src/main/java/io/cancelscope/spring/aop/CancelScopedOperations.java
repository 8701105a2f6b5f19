package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.ScopeBudget;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.AnnotationConfigurationException;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.util.ClassUtils;

/**
 * The resolved operations of all woven methods. They are prepared when a bean is made, so
 * that mistakes come to light then, and a call only looks its operation up.
 */
final class CancelScopedOperations implements AopInfrastructureBean {

	private final CancelScopedSource source;

	private final CancelScopedResolver resolver;

	private final Map<MethodClassKey, CancelScopedOperation> operations = new ConcurrentHashMap<>();

	CancelScopedOperations(CancelScopedSource source, CancelScopedResolver resolver) {
		this.source = source;
		this.resolver = resolver;
	}

	/**
	 * Resolves what calls of the methods on such a bean need.
	 * @param annotatedClass the class whose annotations count for calls of a method
	 * @return what they need
	 * @throws InvalidCancelScopedException if the annotations say what can't be done
	 */
	List<CancelScopedOperation> prepare(String beanName, Collection<Method> methods,
			Function<Method, Class<?>> annotatedClass) {
		List<CancelScopedOperation> prepared = new ArrayList<>();
		for (Method method : methods) {
			CancelScopedOperation operation = resolve(beanName, method,
					ClassUtils.getUserClass(annotatedClass.apply(method)));
			if (operation != null) {
				prepared.add(operation);
			}
		}
		checkFallbacksOfTypes(prepared);
		return prepared;
	}

	/** What a class names as its fallback is one for at least one of its methods. */
	private static void checkFallbacksOfTypes(List<CancelScopedOperation> operations) {
		InvalidCancelScopedException misfit = null;
		for (CancelScopedOperation operation : operations) {
			if (operation.isFallbackOfType() && operation.fallback() != null) {
				return;
			}
			misfit = (operation.misfit() != null) ? operation.misfit() : misfit;
		}
		if (misfit != null) {
			throw misfit;
		}
	}

	/** Returns the names of all scopes that are prepared. */
	Set<String> names() {
		return this.operations.values()
			.stream()
			.map((operation) -> operation.changeable().configured().name())
			.filter(Objects::nonNull)
			.collect(Collectors.toSet());
	}

	/**
	 * Returns the configured budget of the scopes of a name: the shortest, if methods
	 * share it.
	 * @return the budget, or {@code null} for none
	 */
	@Nullable ScopeBudget budgetOf(String name) {
		return this.operations.values()
			.stream()
			.map((operation) -> operation.changeable().configured())
			.filter((options) -> options.name().equals(name))
			.flatMap((options) -> options.timeout().stream())
			.min(Comparator.naturalOrder())
			.map((timeout) -> new ScopeBudget(timeout, this.resolver.sourceOf(timeout)))
			.orElse(null);
	}

	/** Returns the longest configured budget, or {@code null} for none. */
	@Nullable ScopeBudget longestBudget() {
		return this.operations.values()
			.stream()
			.flatMap((operation) -> operation.changeable().configured().timeout().stream())
			.max(Comparator.naturalOrder())
			.map((timeout) -> new ScopeBudget(timeout, this.resolver.sourceOf(timeout)))
			.orElse(null);
	}

	/**
	 * Returns the name of the scope of a method, and prepares nothing.
	 * @return the name, or {@code null} if the annotation doesn't apply
	 * @throws InvalidCancelScopedException if the name can't be resolved
	 * @throws AnnotationConfigurationException if an annotation contradicts itself
	 */
	@Nullable String nameOf(String beanName, Method method, Class<?> userClass) {
		List<MergedAnnotation<CancelScoped>> annotations = this.source.find(method, userClass);
		if (annotations.isEmpty()) {
			return null;
		}
		Method specific = AopUtils.getMostSpecificMethod(method, userClass);
		return this.resolver.nameOf(new CancelScopedLocation(beanName, specific, userClass), annotations);
	}

	CancelScopedSource source() {
		return this.source;
	}

	boolean isWoven(Method method, Class<?> targetClass) {
		return this.source.isWoven(method, targetClass);
	}

	boolean isPrepared(Method method, Class<?> targetClass) {
		return this.operations.containsKey(new MethodClassKey(method, ClassUtils.getUserClass(targetClass)));
	}

	/** Returns what a call needs, or {@code null} if the annotation doesn't apply. */
	@Nullable CancelScopedOperation find(Method method, Class<?> targetClass) {
		Class<?> userClass = ClassUtils.getUserClass(targetClass);
		CancelScopedOperation known = this.operations.get(new MethodClassKey(method, userClass));
		// Not prepared where the target isn't the bean that was seen: target sources.
		return (known != null) ? known : resolve(null, method, userClass);
	}

	private @Nullable CancelScopedOperation resolve(@Nullable String beanName, Method method, Class<?> userClass) {
		// A lambda, or a client made of an interface alone, has no class with a name.
		Method specific = Extensible.isWithoutName(userClass) ? method
				: AopUtils.getMostSpecificMethod(method, userClass);
		CancelScopedLocation place = new CancelScopedLocation(beanName, specific, userClass);
		List<MergedAnnotation<CancelScoped>> annotations;
		try {
			annotations = this.source.find(method, userClass);
		}
		catch (AnnotationConfigurationException ex) {
			throw CancelScopedResolver.conflict(place, ex);
		}
		if (annotations.isEmpty()) {
			return null;
		}
		CancelScopedOperation operation = this.operations.computeIfAbsent(new MethodClassKey(specific, userClass),
				(key) -> this.resolver.resolve(place, annotations));
		this.operations.put(new MethodClassKey(method, userClass), operation);
		return operation;
	}

}
