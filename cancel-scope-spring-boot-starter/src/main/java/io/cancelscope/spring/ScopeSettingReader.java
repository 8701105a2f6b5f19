package io.cancelscope.spring;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Reads the maps of properties whose keys are names of scopes. Spring Boot's binder reads
 * them, too, but keeps no record of which keys are from the environment; and it takes
 * {@code CANCEL_SCOPE_TIMEOUTS_…} for {@code cancel.scope.timeouts.…}, which is none of
 * ours.
 */
final class ScopeSettingReader {

	private final Environment environment;

	private final ConfigurationPropertyName root;

	/** What an environment variable that writes the dash as an underscore stands for. */
	private final ConfigurationPropertyName variables;

	private ScopeSettingReader(Environment environment, String group) {
		this.environment = environment;
		this.root = ConfigurationPropertyName.of("cancel-scope").append(group);
		this.variables = ConfigurationPropertyName.of("cancel.scope").append(group);
	}

	/**
	 * Returns all settings of a map, those that win first.
	 * @param environment where to look
	 * @param group the name of the map
	 */
	static List<ScopeSetting> read(Environment environment, String group) {
		return new ScopeSettingReader(environment, group).read();
	}

	private List<ScopeSetting> read() {
		PropertySourcesPlaceholdersResolver placeholders = new PropertySourcesPlaceholdersResolver(this.environment);
		Map<String, ScopeSetting> exact = new LinkedHashMap<>();
		Collection<ScopeSetting> relaxed = new ArrayList<>();
		int precedence = 0;
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				boolean isEnvironment = isEnvironment(source);
				for (ConfigurationPropertyName name : iterable) {
					ConfigurationProperty property = property(source, name, isEnvironment);
					if (property != null) {
						Object value = placeholders.resolvePlaceholders(property.getValue());
						ScopeSetting setting = new ScopeSetting(key(name), String.valueOf(value), isEnvironment,
								precedence, written(property));
						if (isEnvironment) {
							relaxed.add(setting);
						}
						else {
							exact.putIfAbsent(setting.key(), setting);
						}
					}
				}
			}
			precedence++;
		}
		List<ScopeSetting> settings = new ArrayList<>(exact.values());
		settings.addAll(relaxed);
		return settings;
	}

	private @Nullable ConfigurationProperty property(ConfigurationPropertySource source, ConfigurationPropertyName name,
			boolean isEnvironment) {
		boolean isOurs = this.root.isAncestorOf(name) || (isEnvironment && this.variables.isAncestorOf(name));
		return isOurs ? source.getConfigurationProperty(name) : null;
	}

	static boolean isEnvironment(ConfigurationPropertySource source) {
		String suffix = "-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
		return source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource environment
				&& ("-" + environment.getName()).endsWith(suffix);
	}

	private String key(ConfigurationPropertyName name) {
		StringBuilder key = new StringBuilder();
		int first = (this.root.isAncestorOf(name) ? this.root : this.variables).getNumberOfElements();
		for (int i = first; i < name.getNumberOfElements(); i++) {
			key.append((i > first) ? "." : "").append(name.getElement(i, Form.ORIGINAL));
		}
		return key.toString();
	}

	/** Returns the name as it was written, which is what people search for. */
	static String written(ConfigurationProperty property) {
		return (property.getOrigin() instanceof PropertySourceOrigin origin) ? origin.getPropertyName()
				: property.getName().toString();
	}

}
