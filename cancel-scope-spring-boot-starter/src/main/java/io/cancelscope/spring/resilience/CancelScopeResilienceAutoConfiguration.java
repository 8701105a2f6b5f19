package io.cancelscope.spring.resilience;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration that limits the waits of {@code @ConcurrencyLimit} and
 * {@code @Retryable} to the current scope.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.resilience.enabled" },
		matchIfMissing = true)
@ImportRuntimeHints(ResilienceRuntimeHints.class)
public final class CancelScopeResilienceAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ResilienceBeanPostProcessor cancelScopeResilienceBeanPostProcessor() {
		return new ResilienceBeanPostProcessor();
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeResilienceFeature() {
		return CancelScopeFeature.named("resilience");
	}

}
