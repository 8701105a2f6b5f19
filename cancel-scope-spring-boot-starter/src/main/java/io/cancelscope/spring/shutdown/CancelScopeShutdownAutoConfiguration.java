package io.cancelscope.spring.shutdown;

import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.CancelScopesCustomizer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration that cancels open scopes when the application stops.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.shutdown.enabled" }, matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeShutdownProperties.class)
public final class CancelScopeShutdownAutoConfiguration {

	@Bean
	CancelScopesCustomizer rememberOpenScopesCustomizer() {
		return CancelScopes.Builder::rememberOpen;
	}

	@Bean
	CancelAtShutdown cancelAtShutdown(ObjectProvider<CancelScopes> scopes, CancelScopeShutdownProperties properties) {
		return new CancelAtShutdown(scopes, properties.await());
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeShutdownFeature() {
		return CancelScopeFeature.named("shutdown");
	}

}
