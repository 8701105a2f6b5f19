package io.cancelscope.spring.tx;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Has each transaction manager ask the scope before it commits, also those that the
 * application makes itself. A listener bean would only reach Spring Boot's.
 */
final class CommitCheckingBeanPostProcessor implements BeanPostProcessor {

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof PlatformTransactionManager && bean instanceof ConfigurableTransactionManager manager
				&& manager.getTransactionExecutionListeners().stream().noneMatch(CommitCheck.class::isInstance)) {
			manager.addListener(new CommitCheck());
		}
		return bean;
	}

}
