package io.cancelscope.spring;

import java.util.Map;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * An environment as an application has it: arguments of the command line, variables and a
 * file, in this order.
 */
public final class SettingsFixture {

	private final StandardEnvironment environment = new StandardEnvironment();

	private SettingsFixture() {
		this.environment.getPropertySources().remove(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
		this.environment.getPropertySources().remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
		ConfigurationPropertySources.attach(this.environment);
	}

	public static SettingsFixture inFile(Map<String, ?> properties) {
		return new SettingsFixture().file(properties);
	}

	static SettingsFixture inEnvironment(Map<String, ?> variables) {
		return new SettingsFixture().variables(variables);
	}

	SettingsFixture arguments(Map<String, ?> properties) {
		this.environment.getPropertySources().addFirst(new MapPropertySource("commandLineArgs", copy(properties)));
		return this;
	}

	/** To be called before {@link #file} and after {@link #arguments}. */
	SettingsFixture variables(Map<String, ?> variables) {
		this.environment.getPropertySources()
			.addLast(new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
					copy(variables)));
		return this;
	}

	SettingsFixture file(Map<String, ?> properties) {
		this.environment.getPropertySources()
			.addLast(new MapPropertySource("application.properties", copy(properties)));
		return this;
	}

	private static Map<String, Object> copy(Map<String, ?> properties) {
		return Map.copyOf(properties);
	}

	Environment environment() {
		return this.environment;
	}

	public ScopeSettings settings() {
		return ScopeSettings.of(Binder.get(this.environment).bindOrCreate("cancel-scope", CancelScopeProperties.class),
				this.environment);
	}

}
