package io.cancelscope.spring.metrics;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.micrometer.core.instrument.MeterRegistry;

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
 * Auto-configuration of the metrics of scopes.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.metrics.enabled" }, matchIfMissing = true)
@ConditionalOnBean(MeterRegistry.class)
@EnableConfigurationProperties(CancelScopeMetricsProperties.class)
public final class CancelScopeMetricsAutoConfiguration {

	@Bean
	ScopeMetrics cancelScopeMetrics(ObjectProvider<MeterRegistry> registries, CancelScopeMetricsProperties properties) {
		return new ScopeMetrics(registries, properties.maxNames());
	}

	/** Where all is lazy, nobody else would ask for it at the right time. */
	@Bean
	static LazyInitializationExcludeFilter eagerCancelScopeMetrics() {
		return LazyInitializationExcludeFilter.forBeanTypes(ScopeMetrics.class);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeMetricsFeature() {
		return CancelScopeFeature.named("metrics");
	}

}
