package io.cancelscope.spring.jdbc;

import java.io.Serial;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AbstractAdvisingBeanPostProcessor;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.util.ClassUtils;

/**
 * Puts a shield around the beans by which frameworks keep their books in the database:
 * those of known types, and those that a property names.
 */
final class BookkeepingBeanPostProcessor extends AbstractAdvisingBeanPostProcessor {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * By name, since none of them need be there: what Spring Batch, ShedLock, Spring
	 * Session and Spring Modulith write about jobs, locks, sessions and events.
	 */
	private static final List<String> TYPES = List.of("org.springframework.batch.core.repository.JobRepository",
			"net.javacrumbs.shedlock.core.LockProvider", "org.springframework.session.SessionRepository",
			"org.springframework.modulith.events.core.EventPublicationRepository");

	private final transient Set<Class<?>> types;

	private final transient Set<String> names;

	/**
	 * Creates one that pulls in nothing yet: post-processors are made before all others.
	 */
	BookkeepingBeanPostProcessor(Supplier<CancelScopeJdbcProperties> properties, Set<String> names,
			@Nullable ClassLoader classLoader) {
		this.names = Set.copyOf(names);
		this.types = TYPES.stream()
			.filter((name) -> ClassUtils.isPresent(name, classLoader))
			.map((name) -> ClassUtils.resolveClassName(name, classLoader))
			.collect(Collectors.toSet());
		this.advisor = new DefaultPointcutAdvisor(new BookkeepingInterceptor(properties));
		// Around the transaction that these beans may begin.
		setBeforeExistingAdvisors(true);
	}

	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		return isBookkeeping(beanClass, beanName) && !isExtensible(beanClass)
				? super.determineBeanType(beanClass, beanName) : beanClass;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return (!(bean instanceof AopInfrastructureBean) && isBookkeeping(bean.getClass(), beanName))
				? super.postProcessAfterInitialization(bean, beanName) : bean;
	}

	private boolean isBookkeeping(Class<?> type, String beanName) {
		return this.types.stream().anyMatch((known) -> known.isAssignableFrom(type)) || this.names.contains(beanName);
	}

	/** Asked of proxies by the class behind them, which is not what decides. */
	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return true;
	}

	@Override
	protected ProxyFactory prepareProxyFactory(Object bean, String beanName) {
		ProxyFactory factory = super.prepareProxyFactory(bean, beanName);
		factory.setProxyTargetClass(isExtensible(AopUtils.getTargetClass(bean)));
		return factory;
	}

	private static boolean isExtensible(Class<?> type) {
		return !type.isInterface() && !Modifier.isFinal(type.getModifiers()) && !ClassUtils.isLambdaClass(type)
				&& !Proxy.isProxyClass(type);
	}

}
