package io.cancelscope.spring.observation;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of observations of scopes. Off by default, because an observation
 * costs much more than a scope.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty("cancel-scope.observation.enabled")
@ConditionalOnBean(ObservationRegistry.class)
@EnableConfigurationProperties(CancelScopeObservationProperties.class)
public final class CancelScopeObservationAutoConfiguration {

	@Bean
	ScopeObservations cancelScopeObservations(ObjectProvider<ObservationRegistry> registries,
			ObjectProvider<CancelScopeObservationConvention> conventions) {
		return new ScopeObservations(registries, conventions);
	}

	/** Where all is lazy, nobody else would ask for it at the right time. */
	@Bean
	static LazyInitializationExcludeFilter eagerCancelScopeObservations() {
		return LazyInitializationExcludeFilter.forBeanTypes(ScopeObservations.class);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeObservationFeature() {
		return CancelScopeFeature.named("observation");
	}

}
