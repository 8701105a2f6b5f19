package io.cancelscope.spring;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Access to beans that already exist. Start-up checks must not create beans that the
 * application declares lazy.
 */
public final class BeansMade {

	private BeansMade() {
	}

	/**
	 * Returns the singletons of a type without creating any.
	 * @param <T> the type
	 * @param beanFactory the factory to search
	 * @param type the type
	 * @return all beans of the type, or {@code null} if one of them has not been created
	 */
	public static <T> @Nullable List<T> of(ConfigurableListableBeanFactory beanFactory, Class<T> type) {
		List<T> made = new ArrayList<>();
		for (String name : beanFactory.getBeanNamesForType(type, true, false)) {
			if (!beanFactory.containsSingleton(name)) {
				return null;
			}
			made.add(beanFactory.getBean(name, type));
		}
		return made;
	}

}
