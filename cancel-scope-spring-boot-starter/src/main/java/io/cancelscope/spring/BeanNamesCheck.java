package io.cancelscope.spring;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Check for names of beans in a property that have no effect, because no bean has them or
 * because the bean is of another type. For features.
 */
public final class BeanNamesCheck implements SettingsCheck {

	private final String property;

	private final Collection<String> names;

	private final ConfigurableListableBeanFactory beanFactory;

	/** Empty if any bean may be named. */
	private final List<Class<?>> types;

	/**
	 * Creates a check.
	 * @param property the property
	 * @param names its value
	 * @param beanFactory the beans
	 * @param types the types of which a bean must have one; if there is none, any bean
	 * may be named
	 */
	public BeanNamesCheck(String property, Collection<String> names, ConfigurableListableBeanFactory beanFactory,
			Class<?>... types) {
		this.property = property;
		this.names = names;
		this.beanFactory = beanFactory;
		this.types = List.of(types);
	}

	@Override
	public void check(Consumer<String> warning) {
		for (String name : this.names) {
			if (isBean(name, warning) && !isOfType(name)) {
				warning.accept("The name '" + name + "' in the property '" + this.property
						+ "' has no effect: the bean is not a " + this.types.get(0).getSimpleName()
						+ ". Remove the name.");
			}
		}
	}

	private boolean isOfType(String name) {
		return this.types.isEmpty() || this.types.stream().anyMatch((type) -> this.beanFactory.isTypeMatch(name, type));
	}

	/** A bean is known by its own name when it is created, and not by its aliases. */
	private boolean isBean(String name, Consumer<String> warning) {
		if (!this.beanFactory.containsBean(name)) {
			String nearest = NearestName.to(name, candidates());
			warning.accept("The name '" + name + "' in the property '" + this.property
					+ "' has no effect: there is no such bean. " + ((nearest != null)
							? "The nearest name is '" + nearest + "'. Correct it, or remove it." : "Remove it."));
			return false;
		}
		if (!this.beanFactory.containsBeanDefinition(name) && !this.beanFactory.containsSingleton(name)) {
			List<String> own = Arrays.stream(this.beanFactory.getAliases(name))
				.filter(this.beanFactory::containsBeanDefinition)
				.toList();
			if (!own.isEmpty()) {
				warning.accept("The name '" + name + "' in the property '" + this.property
						+ "' has no effect: the name is an alias. Write '" + own.get(0) + "', the bean's own name.");
				return false;
			}
		}
		return true;
	}

	private Collection<String> candidates() {
		return this.types.isEmpty() ? List.of(this.beanFactory.getBeanDefinitionNames())
				: this.types.stream()
					.flatMap((type) -> Stream.of(this.beanFactory.getBeanNamesForType(type, true, false)))
					.collect(Collectors.toSet());
	}

}
