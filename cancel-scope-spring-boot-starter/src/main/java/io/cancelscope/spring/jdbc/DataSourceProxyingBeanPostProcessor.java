package io.cancelscope.spring.jdbc;

import java.io.Serial;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.springframework.aop.framework.AbstractAdvisingBeanPostProcessor;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.util.ReflectionUtils;

/**
 * Puts a proxy in front of each {@link DataSource} bean that watches over its
 * connections. The proxy extends the bean's class, so the bean can still be injected as
 * what it is; only where that class is final does it come down to the interfaces. Of a
 * scoped bean it is the target that is proxied, each time there is a new one.
 */
final class DataSourceProxyingBeanPostProcessor extends AbstractAdvisingBeanPostProcessor {

	@Serial
	private static final long serialVersionUID = 1L;

	private final transient Supplier<CancelScopeJdbcProperties> properties;

	/**
	 * Creates one that pulls in nothing yet: post-processors are made before all others.
	 */
	DataSourceProxyingBeanPostProcessor(Supplier<CancelScopeJdbcProperties> properties) {
		this.properties = properties;
		this.advisor = new DefaultPointcutAdvisor(new ConnectionInterceptor(properties));
		setBeforeExistingAdvisors(true);
		// Before Spring Boot's proxy that fetches connections lazily, which has 0 and a
		// type of its own: it has to lie around this one to wait where we see it.
		setOrder(-1);
	}

	/** Ahead-of-time processing asks this of every bean. */
	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		return isExtensible(beanClass) ? super.determineBeanType(beanClass, beanName) : beanClass;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof DataSource) || bean instanceof AopInfrastructureBean
				|| this.properties.get().isExcluded(beanName)) {
			return bean;
		}
		Object proxy = super.postProcessAfterInitialization(bean, beanName);
		HikariPoolField.copy(bean, proxy);
		return proxy;
	}

	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return DataSource.class.isAssignableFrom(targetClass);
	}

	@Override
	protected ProxyFactory prepareProxyFactory(Object bean, String beanName) {
		ProxyFactory factory = super.prepareProxyFactory(bean, beanName);
		factory.setProxyTargetClass(isExtensible(AopUtils.getTargetClass(bean)));
		return factory;
	}

	private static boolean isExtensible(Class<?> type) {
		if (Modifier.isFinal(type.getModifiers())) {
			return false;
		}
		Method method = ReflectionUtils.findMethod(type, ConnectionInterceptor.METHOD);
		return method == null || !Modifier.isFinal(method.getModifiers());
	}

}
