package io.cancelscope.spring;

import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.TimeSource;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the {@link CancelScopes} bean.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeProperties.class)
public final class CancelScopeAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CancelScopes cancelScopes(ObjectProvider<TimeSource> timeSource, ObjectProvider<CancelScopeListener> listeners,
			ObjectProvider<CancelScopesCustomizer> customizers) {
		CancelScopes.Builder builder = CancelScopes.builder();
		timeSource.ifAvailable(builder::timeSource);
		listeners.orderedStream().forEach(builder::listener);
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

	@Bean
	StartupLogger cancelScopeStartupLogger(ConfigurableApplicationContext context,
			ObjectProvider<CancelScopeFeature> features, CancelScopeProperties properties, ScopeSettings settings) {
		return new StartupLogger(context, features, properties, settings);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ScopeSettings cancelScopeSettings(CancelScopeProperties properties, Environment environment) {
		return ScopeSettings.of(properties, environment);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static SettingsCheck cancelScopeNamesCheck(ScopeSettings settings, ObjectProvider<ScopeNames> names) {
		return new UnusedNames(settings, () -> names.orderedStream().toList());
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static SettingsCheck cancelScopePropertiesCheck(ApplicationContext context) {
		return new UnknownProperties(context);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static StartUpChecks cancelScopeStartUpChecks(ListableBeanFactory beanFactory) {
		return new StartUpChecks(beanFactory);
	}

}
