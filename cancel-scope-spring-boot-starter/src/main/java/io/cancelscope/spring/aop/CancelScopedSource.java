package io.cancelscope.spring.aop;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.OneLineLog;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodClassKey;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotationConfigurationException;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Knows which methods {@link CancelScoped} applies to. The pointcut and the operations
 * ask the same source, so they never disagree.
 * <p>
 * Most classes hold no such annotation, so the first question is about the class, and
 * each type is read once for it. The answer for a method is remembered, too.
 */
final class CancelScopedSource implements AopInfrastructureBean {

	private static final OneLineLog logger = OneLineLog.of(CancelScopedSource.class);

	private final Map<Class<?>, Boolean> mentioning = new ConcurrentHashMap<>();

	private final Map<MethodClassKey, List<MergedAnnotation<CancelScoped>>> annotations = new ConcurrentHashMap<>();

	private final Map<MethodClassKey, Boolean> woven = new ConcurrentHashMap<>();

	/**
	 * Whether the annotation stands anywhere in the hierarchy of the bean's class, or of
	 * the interfaces of its proxy, if it has one.
	 */
	boolean isCandidate(Object bean, Class<?> userClass) {
		if (isCandidate(userClass)) {
			return true;
		}
		return bean instanceof Advised advised && isAnyCandidate(advised.getProxiedInterfaces());
	}

	/**
	 * Whether the annotation stands anywhere in the hierarchy of the class. Every bean
	 * has to wait for this answer when it is made, hence no collections here, and no
	 * lambdas, which are slow at first.
	 */
	boolean isCandidate(Class<?> targetClass) {
		for (Class<?> type = targetClass; type != null && type != Object.class; type = type.getSuperclass()) {
			if ((!Extensible.isWithoutName(type) && isMentionedIn(type)) || isAnyCandidate(type.getInterfaces())) {
				return true;
			}
		}
		return false;
	}

	private boolean isAnyCandidate(Class<?>[] types) {
		for (Class<?> type : types) {
			if (isCandidate(type)) {
				return true;
			}
		}
		return false;
	}

	/** Whether the annotation stands on this type or one of its methods. */
	private boolean isMentionedIn(Class<?> type) {
		Boolean known = this.mentioning.get(type);
		if (known == null) {
			known = read(type);
			this.mentioning.put(type, known);
		}
		return known;
	}

	private static boolean read(Class<?> type) {
		if (!AnnotationUtils.isCandidateClass(type, CancelScoped.class)) {
			return false;
		}
		try {
			return isAnnotated(type) || isAnyAnnotated(declaredMethods(type));
		}
		catch (IllegalStateException | LinkageError ex) {
			// A class with methods that name types which aren't there: not a user's bean.
			logger.debug("Could not search " + type.getName() + " for @CancelScoped", ex);
			return false;
		}
	}

	/**
	 * Whether a proxy is to advise calls of the method on such a bean, be the annotation
	 * in itself right or wrong.
	 */
	boolean appliesTo(Method method, Class<?> targetClass) {
		int modifiers = method.getModifiers();
		return !Modifier.isStatic(modifiers) && !Modifier.isPrivate(modifiers) && isMeantFor(method, targetClass)
				&& !isWoven(method, targetClass);
	}

	/**
	 * Whether the advice is in the code of the method already, by the load-time weaver.
	 */
	boolean isWoven(Method method, Class<?> targetClass) {
		return this.woven.computeIfAbsent(new MethodClassKey(method, targetClass), (key) -> LoadTimeWovenClasses
			.isIn(AopUtils.getMostSpecificMethod(method, ClassUtils.getUserClass(targetClass))));
	}

	/** Whether the annotation is meant for the method, whatever can reach it. */
	boolean isMeantFor(Method method, Class<?> targetClass) {
		try {
			return !find(method, targetClass).isEmpty();
		}
		catch (AnnotationConfigurationException ex) {
			return true;
		}
	}

	/**
	 * Returns all annotations that apply to calls of the method on such a bean, the most
	 * specific first; empty if there are none.
	 * @throws AnnotationConfigurationException if one of them contradicts itself
	 */
	List<MergedAnnotation<CancelScoped>> find(Method method, Class<?> targetClass) {
		MethodClassKey key = new MethodClassKey(method, targetClass);
		List<MergedAnnotation<CancelScoped>> known = this.annotations.get(key);
		if (known == null) {
			known = isCandidate(targetClass) || isMentionedIn(method.getDeclaringClass()) ? search(method, targetClass)
					: List.of();
			this.annotations.put(key, known);
		}
		return known;
	}

	private static List<MergedAnnotation<CancelScoped>> search(Method method, Class<?> targetClass) {
		List<MergedAnnotation<CancelScoped>> found = searchAll(method, targetClass);
		boolean isSwitchedOff = !found.isEmpty() && !found.get(0).getBoolean("enabled");
		return isSwitchedOff ? List.of() : List.copyOf(found);
	}

	private static List<MergedAnnotation<CancelScoped>> searchAll(Method method, Class<?> targetClass) {
		if (method.getDeclaringClass() == Object.class) {
			return List.of();
		}
		Class<?> userClass = ClassUtils.getUserClass(targetClass);
		Method specific = AopUtils.getMostSpecificMethod(method, userClass);
		List<MergedAnnotation<CancelScoped>> found = new ArrayList<>();
		collect(found, MergedAnnotations.from(specific, SearchStrategy.SUPERCLASS));
		boolean offered = isOffered(specific, userClass);
		boolean covered = !found.isEmpty() || offered;
		if (covered) {
			collect(found, MergedAnnotations.from(userClass, SearchStrategy.SUPERCLASS));
		}
		collect(found, MergedAnnotations.from(specific, SearchStrategy.TYPE_HIERARCHY));
		if (covered) {
			for (Class<?> type : hierarchyOf(userClass)) {
				if (type.isInterface() && declares(type, specific, userClass)) {
					collect(found, MergedAnnotations.from(type));
				}
			}
		}
		if (!specific.equals(method)) {
			// A call through an interface that the target class itself doesn't implement.
			collect(found, MergedAnnotations.from(method));
			if (offered) {
				collect(found, MergedAnnotations.from(method.getDeclaringClass()));
			}
		}
		return found;
	}

	private static void collect(List<MergedAnnotation<CancelScoped>> found, MergedAnnotations annotations) {
		annotations.stream(CancelScoped.class).forEach(found::add);
	}

	/** An annotation on a type is meant for what the type offers to others. */
	private static boolean isOffered(Method method, Class<?> userClass) {
		return Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers())
				&& ClassUtils.isUserLevelMethod(method) && !ReflectionUtils.isObjectMethod(method)
				&& !CallbackMethods.contain(method, userClass);
	}

	/** Whether the annotation stands where the aspect sees it. */
	static boolean isSeenByAspect(Method specific) {
		int modifiers = specific.getModifiers();
		return specific.isAnnotationPresent(CancelScoped.class)
				|| (Modifier.isPublic(modifiers) && !Modifier.isStatic(modifiers)
						&& specific.getDeclaringClass().isAnnotationPresent(CancelScoped.class));
	}

	static boolean declares(Class<?> type, Method method, Class<?> targetClass) {
		return declaredMethods(type).stream()
			.anyMatch((candidate) -> candidate.getName().equals(method.getName())
					&& sameParameters(candidate, method, targetClass));
	}

	private static boolean sameParameters(Method candidate, Method method, Class<?> targetClass) {
		if (candidate.getParameterCount() != method.getParameterCount()) {
			return false;
		}
		for (int i = 0; i < method.getParameterCount(); i++) {
			Class<?> parameter = ResolvableType.forMethodParameter(candidate, i, targetClass).toClass();
			if (parameter != method.getParameterTypes()[i]
					&& candidate.getParameterTypes()[i] != method.getParameterTypes()[i]) {
				return false;
			}
		}
		return true;
	}

	private static boolean isAnyAnnotated(List<Method> methods) {
		for (Method method : methods) {
			if (isAnnotated(method)) {
				return true;
			}
		}
		return false;
	}

	/** Whether the annotation stands on this very method or type. */
	private static boolean isAnnotated(AnnotatedElement element) {
		return element.getDeclaredAnnotations().length > 0
				&& MergedAnnotations.from(element).isPresent(CancelScoped.class);
	}

	static List<Method> declaredMethods(Class<?> type) {
		List<Method> methods = new ArrayList<>();
		ReflectionUtils.doWithLocalMethods(type, methods::add);
		return methods;
	}

	/** The class, its superclasses and all their interfaces; nothing generated. */
	static Set<Class<?>> hierarchyOf(Class<?> targetClass) {
		Set<Class<?>> types = new LinkedHashSet<>();
		for (Class<?> type = targetClass; type != null && type != Object.class; type = type.getSuperclass()) {
			types.add(type);
		}
		List<Class<?>> open = new ArrayList<>(types);
		for (int i = 0; i < open.size(); i++) {
			Collections.addAll(open, open.get(i).getInterfaces());
		}
		types.addAll(open);
		types.removeIf(Extensible::isWithoutName);
		types.remove(Proxy.class);
		return types;
	}

}
