package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

import io.cancelscope.spring.ScopeBudget;
import io.cancelscope.spring.ScopeNames;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotationConfigurationException;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The names of the scopes of annotated methods: those of beans that have been created,
 * and those of beans that are still to come, because they are lazy or have another scope.
 * Those are looked at by their types alone, and not created.
 */
final class CancelScopedNames implements ScopeNames, Ordered {

	private final ConfigurableListableBeanFactory beanFactory;

	private final CancelScopedOperations operations;

	/** The types of beans to come, where their classes may be others. */
	private final Set<Class<?>> vague = new LinkedHashSet<>();

	CancelScopedNames(ConfigurableListableBeanFactory beanFactory, CancelScopedOperations operations) {
		this.beanFactory = beanFactory;
		this.operations = operations;
	}

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public Collection<String> names() {
		Set<String> names = new TreeSet<>(this.operations.names());
		for (String beanName : this.beanFactory.getBeanDefinitionNames()) {
			if (!isCreated(beanName)) {
				collect(beanName, names);
			}
		}
		return names;
	}

	@Override
	public boolean canRequire() {
		return true;
	}

	@Override
	public @Nullable ScopeBudget budgetOf(String name) {
		return this.operations.budgetOf(name);
	}

	@Override
	public @Nullable ScopeBudget longestBudget() {
		return this.operations.longestBudget();
	}

	private boolean isCreated(String beanName) {
		return this.beanFactory.containsSingleton(beanName)
				&& !(this.beanFactory.getSingleton(beanName) instanceof FactoryBean);
	}

	private void collect(String beanName, Set<String> names) {
		Class<?> type = this.beanFactory.getMergedBeanDefinition(beanName).isAbstract() ? null : typeOf(beanName);
		if (type == null) {
			return;
		}
		Class<?> userClass = ClassUtils.getUserClass(type);
		if (isVague(beanName, userClass)) {
			this.vague.add(userClass);
		}
		CancelScopedSource source = this.operations.source();
		if (source.isCandidate(userClass)) {
			for (Class<?> part : CancelScopedSource.hierarchyOf(userClass)) {
				for (Method method : CancelScopedSource.declaredMethods(part)) {
					collect(beanName, method, userClass, names);
				}
			}
		}
	}

	private @Nullable Class<?> typeOf(String beanName) {
		try {
			return this.beanFactory.getType(beanName, false);
		}
		catch (BeansException ex) {
			// Ignored: whoever asks for the bean is told.
			return null;
		}
	}

	private void collect(String beanName, Method method, Class<?> userClass, Set<String> names) {
		try {
			String name = this.operations.nameOf(beanName, method, userClass);
			if (name != null) {
				names.add(name);
			}
		}
		catch (InvalidCancelScopedException | AnnotationConfigurationException ex) {
			// Ignored: the bean can't be created, and whoever asks for it is told.
			this.vague.add(userClass);
		}
	}

	/**
	 * What a bean method or a factory returns may be of any class that implements its
	 * type. Spring's own factories make proxies of the very type, and infrastructure has
	 * no scopes.
	 */
	private boolean isVague(String beanName, Class<?> type) {
		return Modifier.isAbstract(type.getModifiers()) && !isOfSpring(type)
				&& this.beanFactory.getMergedBeanDefinition(beanName).getRole() != BeanDefinition.ROLE_INFRASTRUCTURE
				&& !isOfSpring(typeOf(BeanFactory.FACTORY_BEAN_PREFIX + beanName));
	}

	private static boolean isOfSpring(@Nullable Class<?> type) {
		return type != null && type.getName().startsWith("org.springframework.");
	}

	/** Woven code has scopes of its own, whether or not it belongs to a bean. */
	@Override
	public boolean mayOpen(String key) {
		return LoadTimeWovenClasses.isThere() || this.vague.stream().anyMatch((type) -> mayOpen(key, type));
	}

	/** Only a method that the type has too is likely to be called. */
	private static boolean mayOpen(String key, Class<?> type) {
		String method = key.substring(key.lastIndexOf('.') + 1);
		return method.length() == key.length() || method.contains("*")
				|| Arrays.stream(ReflectionUtils.getUniqueDeclaredMethods(type))
					.anyMatch((declared) -> declared.getName().equalsIgnoreCase(method));
	}

}
