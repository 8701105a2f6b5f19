package io.cancelscope.spring.aop;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.CancelScoped;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.util.ClassUtils;

/**
 * Tells a native image what weaving reaches by reflection: fallback methods, and the
 * constructors of exceptions. That the annotated methods themselves can be reflected on
 * is said by the annotation.
 */
final class CancelScopedAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		CancelScopedSource source = new CancelScopedSource();
		Set<Method> fallbacks = new LinkedHashSet<>();
		Set<Constructor<?>> constructors = new LinkedHashSet<>();
		for (String beanName : beanFactory.getBeanDefinitionNames()) {
			Class<?> beanClass = ClassUtils.getUserClass(RegisteredBean.of(beanFactory, beanName).getBeanClass());
			if (source.isCandidate(beanClass)) {
				collect(source, beanClass, fallbacks, constructors);
			}
		}
		if (fallbacks.isEmpty() && constructors.isEmpty()) {
			return null;
		}
		return (generationContext, code) -> {
			ReflectionHints hints = generationContext.getRuntimeHints().reflection();
			fallbacks.forEach((method) -> hints.registerMethod(method, ExecutableMode.INVOKE));
			constructors.forEach((constructor) -> hints.registerConstructor(constructor, ExecutableMode.INVOKE));
		};
	}

	private static void collect(CancelScopedSource source, Class<?> beanClass, Set<Method> fallbacks,
			Set<Constructor<?>> constructors) {
		for (Class<?> type : CancelScopedSource.hierarchyOf(beanClass)) {
			for (Method method : CancelScopedSource.declaredMethods(type)) {
				List<MergedAnnotation<CancelScoped>> annotations = source.find(method, beanClass);
				if (!annotations.isEmpty()) {
					CancelScopedAttributes attributes = CancelScopedAttributes.merge(annotations);
					fallbacks.addAll(FallbackMethod.candidates(method, beanClass, attributes.fallback()));
					if (attributes.exception() != ScopeCancelledException.class) {
						constructors.addAll(ExceptionFactory.constructors(attributes.exception()));
					}
				}
			}
		}
	}

}
