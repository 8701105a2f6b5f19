package io.cancelscope.spring.tx;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Has each transaction manager check the scope before it commits, also those that the
 * application makes itself. A listener bean would only reach Spring Boot's.
 * <p>
 * A post-processor of the application may create a transaction manager before this
 * post-processor exists. Such managers are found when all singletons are there.
 * <p>
 * As an infrastructure bean it is not offered to Spring's auto-proxy creator, which would
 * otherwise look for advisors, and create the transaction manager of a
 * {@code TransactionManagementConfigurer} for this, while this post-processor is created.
 */
final class CommitCheckingBeanPostProcessor
		implements BeanPostProcessor, BeanFactoryAware, SmartInitializingSingleton, AopInfrastructureBean {

	private @Nullable ConfigurableListableBeanFactory beanFactory;

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = (beanFactory instanceof ConfigurableListableBeanFactory listable) ? listable : null;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		addCheckTo(bean);
		return bean;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.beanFactory != null) {
			for (String name : this.beanFactory.getBeanNamesForType(PlatformTransactionManager.class, false, false)) {
				addCheckTo(this.beanFactory.getSingleton(name));
			}
		}
	}

	private static void addCheckTo(@Nullable Object bean) {
		if (bean instanceof PlatformTransactionManager && bean instanceof ConfigurableTransactionManager manager
				&& manager.getTransactionExecutionListeners().stream().noneMatch(CommitCheck.class::isInstance)) {
			manager.addListener(new CommitCheck());
		}
	}

}
