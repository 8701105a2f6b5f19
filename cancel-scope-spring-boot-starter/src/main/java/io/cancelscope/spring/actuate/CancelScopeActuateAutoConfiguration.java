package io.cancelscope.spring.actuate;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.LiveScopes;
import io.cancelscope.spring.ScopeCommands;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the endpoint {@code cancelscopes}. Open scopes are tracked only
 * if the endpoint is available.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.actuate.enabled" }, matchIfMissing = true)
@ConditionalOnAvailableEndpoint(CancelScopesEndpoint.class)
@EnableConfigurationProperties(CancelScopeActuateProperties.class)
@RegisterReflectionForBinding({ ScopesDescriptor.class, ScopeDescriptor.class, CancelDescriptor.class,
		ClusterCancelDescriptor.class, ClusterScopesDescriptor.class })
public final class CancelScopeActuateAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	LiveScopes liveCancelScopes(Environment environment) {
		return LiveScopes.create(environment);
	}

	@Bean
	@ConditionalOnMissingBean
	CancelScopesEndpoint cancelScopesEndpoint(LiveScopes live, ObjectProvider<ScopeCommands> commands) {
		return new CancelScopesEndpoint(live, commands::getIfAvailable);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(endpoint = CancelScopesEndpoint.class, exposure = EndpointExposure.WEB)
	CancelScopesEndpointWebExtension cancelScopesEndpointWebExtension(CancelScopesEndpoint endpoint,
			CancelScopeActuateProperties properties) {
		return new CancelScopesEndpointWebExtension(endpoint, properties);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeActuateFeature() {
		return CancelScopeFeature.named("actuate");
	}

}
