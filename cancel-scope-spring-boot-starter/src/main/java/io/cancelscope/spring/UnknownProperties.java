package io.cancelscope.spring;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.BoundConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.ApplicationContext;

/**
 * Finds properties below {@code cancel-scope} that don't exist, such as a misspelt
 * {@code cancel-scope.web.timout}. What was bound to something is none of them, and what
 * is left is compared with the configuration metadata, which is read only then.
 */
final class UnknownProperties implements SettingsCheck {

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("cancel-scope");

	/** In characters; more is another word. */
	private static final int MISSPELT = 2;

	private final ApplicationContext context;

	UnknownProperties(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void check(Consumer<String> warning) {
		Map<String, ConfigurationPropertyName> properties = new TreeMap<>();
		Map<String, ConfigurationPropertyName> variables = new TreeMap<>();
		collect(properties, variables);
		if (properties.isEmpty() && variables.isEmpty()) {
			return;
		}
		KnownProperties known = KnownProperties.read();
		properties.forEach((written, name) -> check(written, name, known, warning));
		variables.forEach((written, name) -> checkVariable(written, known, warning));
	}

	/** Collects what is not bound. */
	private void collect(Map<String, ConfigurationPropertyName> properties,
			Map<String, ConfigurationPropertyName> variables) {
		BoundConfigurationProperties found = BoundConfigurationProperties.get(this.context);
		Collection<ConfigurationPropertyName> bound = (found != null) ? found.getAll().keySet() : Set.of();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.context.getEnvironment())) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				boolean isEnvironment = ScopeSettingReader.isEnvironment(source);
				for (ConfigurationPropertyName name : iterable) {
					if (isOurs(name, isEnvironment) && !bound.contains(name)) {
						(isEnvironment ? variables : properties).put(written(source, name), name);
					}
				}
			}
		}
	}

	private static boolean isOurs(ConfigurationPropertyName name, boolean isEnvironment) {
		return ROOT.isAncestorOf(name)
				|| (isEnvironment && name.getNumberOfElements() > 2 && name.chop(2).toString().equals("cancel.scope"));
	}

	private static String written(ConfigurationPropertySource source, ConfigurationPropertyName name) {
		ConfigurationProperty property = source.getConfigurationProperty(name);
		return (property != null) ? ScopeSettingReader.written(property) : name.toString();
	}

	private static void check(String written, ConfigurationPropertyName name, KnownProperties known,
			Consumer<String> warning) {
		if (known.has(name)) {
			return;
		}
		String nearest = NearestName.to(name.toString(), known.names());
		boolean isOurs = name.getNumberOfElements() > 2 && known.hasGroup(name.chop(2));
		if (isOurs || (nearest != null && NearestName.within(MISSPELT, name.toString(), known.names()) != null)) {
			warning.accept(text("property", written, nearest));
		}
	}

	/**
	 * Variables may be for others: a service of that name in Kubernetes has some. So only
	 * what is almost one of ours counts.
	 */
	private static void checkVariable(String written, KnownProperties known, Consumer<String> warning) {
		String variable = written.toUpperCase(Locale.ROOT);
		if (!known.hasVariable(variable)) {
			String nearest = NearestName.within(MISSPELT, variable, known.variables());
			if (nearest != null) {
				warning.accept(text("environment variable", written, nearest));
			}
		}
	}

	private static String text(String what, String written, @Nullable String nearest) {
		return "The " + what + " '" + written + "' has no effect: there is no such property of cancel-scope. "
				+ ((nearest != null) ? "The nearest is '" + nearest + "'. Correct it, or remove it." : "Remove it.");
	}

}
