package io.cancelscope.spring.r2dbc;

import java.io.Serial;
import java.lang.reflect.Modifier;
import java.util.function.Supplier;

import io.r2dbc.spi.ConnectionFactory;

import org.springframework.aop.framework.AbstractAdvisingBeanPostProcessor;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;

/**
 * Puts a proxy in front of each {@link ConnectionFactory} bean that watches over its
 * connections. The proxy extends the bean's class, so that a {@code ConnectionPool} can
 * still be injected as what it is. Only where that class is final does it come down to
 * the interfaces.
 */
final class ConnectionFactoryProxyingBeanPostProcessor extends AbstractAdvisingBeanPostProcessor {

	@Serial
	private static final long serialVersionUID = 1L;

	private final transient Supplier<CancelScopeR2dbcProperties> properties;

	/**
	 * Creates one that pulls in nothing yet: post-processors are made before all others.
	 */
	ConnectionFactoryProxyingBeanPostProcessor(Supplier<CancelScopeR2dbcProperties> properties, boolean checkCommit) {
		this.properties = properties;
		this.advisor = new DefaultPointcutAdvisor(new CreateInterceptor(properties, checkCommit));
		setBeforeExistingAdvisors(true);
	}

	/** Ahead-of-time processing asks this of every bean. */
	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		return isExtensible(beanClass) ? super.determineBeanType(beanClass, beanName) : beanClass;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof ConnectionFactory) || bean instanceof AopInfrastructureBean
				|| this.properties.get().isExcluded(beanName)) {
			return bean;
		}
		return super.postProcessAfterInitialization(bean, beanName);
	}

	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return ConnectionFactory.class.isAssignableFrom(targetClass);
	}

	@Override
	protected ProxyFactory prepareProxyFactory(Object bean, String beanName) {
		ProxyFactory factory = super.prepareProxyFactory(bean, beanName);
		factory.setProxyTargetClass(isExtensible(AopUtils.getTargetClass(bean)));
		return factory;
	}

	private static boolean isExtensible(Class<?> type) {
		return !Modifier.isFinal(type.getModifiers());
	}

}
