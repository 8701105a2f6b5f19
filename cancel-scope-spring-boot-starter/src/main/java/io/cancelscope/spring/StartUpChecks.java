package io.cancelscope.spring;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Logs once, when all singletons have been created, which settings have no effect.
 */
final class StartUpChecks implements SmartInitializingSingleton {

	private static final OneLineLog logger = OneLineLog.of(SettingsCheck.class);

	private final ListableBeanFactory beanFactory;

	StartUpChecks(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/** Those of a parent context have been called when that was started. */
	@Override
	public void afterSingletonsInstantiated() {
		for (SettingsCheck check : this.beanFactory.getBeansOfType(SettingsCheck.class).values()) {
			check.check(logger::warn);
		}
	}

}
