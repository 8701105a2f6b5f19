package io.cancelscope.spring.actuate;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
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

/**
 * Auto-configuration of the endpoint {@code cancelscopes}. Open scopes are tracked only
 * if the endpoint is available.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.actuate.enabled" }, matchIfMissing = true)
@ConditionalOnAvailableEndpoint(CancelScopesEndpoint.class)
@EnableConfigurationProperties(ActuateProperties.class)
@RegisterReflectionForBinding({ ScopesDescriptor.class, ScopeDescriptor.class, CancelDescriptor.class })
public final class ActuateCancelAutoConfiguration {

	@Bean
	LiveScopes liveCancelScopes() {
		return new LiveScopes();
	}

	@Bean
	@ConditionalOnMissingBean
	CancelScopesEndpoint cancelScopesEndpoint(LiveScopes live) {
		return new CancelScopesEndpoint(live);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(endpoint = CancelScopesEndpoint.class, exposure = EndpointExposure.WEB)
	CancelScopesEndpointWebExtension cancelScopesEndpointWebExtension(CancelScopesEndpoint endpoint,
			ActuateProperties properties) {
		return new CancelScopesEndpointWebExtension(endpoint, properties);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeActuateFeature() {
		return CancelScopeFeature.named("actuate");
	}

}
