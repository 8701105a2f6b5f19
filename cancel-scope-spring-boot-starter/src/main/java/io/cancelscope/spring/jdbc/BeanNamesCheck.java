package io.cancelscope.spring.jdbc;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.cancelscope.spring.NearestName;
import io.cancelscope.spring.SettingsCheck;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Finds names in {@code cancel-scope.jdbc.exclude-beans} and {@code .bookkeeping-beans}
 * that no bean has.
 */
final class BeanNamesCheck implements SettingsCheck {

	private static final String EXCLUDE = "cancel-scope.jdbc.exclude-beans";

	private static final String BOOKKEEPING = "cancel-scope.jdbc.bookkeeping-beans";

	private final JdbcCancelProperties properties;

	private final ConfigurableListableBeanFactory beanFactory;

	BeanNamesCheck(JdbcCancelProperties properties, ConfigurableListableBeanFactory beanFactory) {
		this.properties = properties;
		this.beanFactory = beanFactory;
	}

	@Override
	public void check(Consumer<String> warning) {
		for (String name : this.properties.excludeBeans()) {
			if (isBean(EXCLUDE, name, DataSource.class, warning)
					&& !this.beanFactory.isTypeMatch(name, DataSource.class)) {
				warning.accept("The name '" + name + "' in the property '" + EXCLUDE + "' has no effect: the bean is"
						+ " not a DataSource. Remove the name.");
			}
		}
		for (String name : this.properties.bookkeepingBeans()) {
			isBean(BOOKKEEPING, name, Object.class, warning);
		}
	}

	/** A bean is known by its own name when it is created, and not by its aliases. */
	private boolean isBean(String property, String name, Class<?> type, Consumer<String> warning) {
		if (!this.beanFactory.containsBean(name)) {
			String nearest = NearestName.to(name, names(type));
			warning.accept("The name '" + name + "' in the property '" + property + "' has no effect: there is no such"
					+ " bean. " + ((nearest != null)
							? "The nearest name is '" + nearest + "'. Correct it, or remove it." : "Remove it."));
			return false;
		}
		if (!this.beanFactory.containsBeanDefinition(name) && !this.beanFactory.containsSingleton(name)) {
			List<String> own = Arrays.stream(this.beanFactory.getAliases(name))
				.filter(this.beanFactory::containsBeanDefinition)
				.toList();
			if (!own.isEmpty()) {
				warning.accept("The name '" + name + "' in the property '" + property
						+ "' has no effect: the name is an alias. Write '" + own.get(0) + "', the bean's own name.");
				return false;
			}
		}
		return true;
	}

	private Collection<String> names(Class<?> type) {
		return (type == Object.class) ? List.of(this.beanFactory.getBeanDefinitionNames())
				: List.of(this.beanFactory.getBeanNamesForType(type, true, false));
	}

}
