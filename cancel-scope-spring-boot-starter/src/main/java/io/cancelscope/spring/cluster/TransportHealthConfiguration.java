package io.cancelscope.spring.cluster;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The health of the transport.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
class TransportHealthConfiguration {

	@Bean
	@ConditionalOnEnabledHealthIndicator("cancelScopeCluster")
	@ConditionalOnMissingBean(name = "cancelScopeClusterHealthIndicator")
	TransportHealthIndicator cancelScopeClusterHealthIndicator(CancelTransport transport) {
		return new TransportHealthIndicator(transport);
	}

}
