package io.cancelscope.spring.httpclient;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Auto-configuration that makes the HTTP calls of Spring's clients end with their scope.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.httpclient.enabled" },
		matchIfMissing = true)
@ConditionalOnClass(ClientHttpRequestFactory.class)
@EnableConfigurationProperties(HttpClientCancelProperties.class)
public final class HttpClientCancelAutoConfiguration {

	/**
	 * Clients that block: RestClient, RestTemplate, and HTTP interfaces over them.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ClientHttpRequestFactoryBuilderCustomizer.class)
	static class BlockingConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ScopedRequestFactoryCustomizer cancelScopeRequestFactoryCustomizer(HttpClientCancelProperties properties) {
			return new ScopedRequestFactoryCustomizer(properties.header());
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static CancelScopeFeature cancelScopeBlockingClientFeature() {
			return new CancelScopeFeature("httpclient", "blocking");
		}

	}

	/**
	 * WebClient, and HTTP interfaces over it.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Mono.class, WebClient.class, WebClientCustomizer.class })
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean
		@Order(Ordered.LOWEST_PRECEDENCE)
		ScopedWebClientCustomizer cancelScopeWebClientCustomizer(HttpClientCancelProperties properties) {
			return new ScopedWebClientCustomizer(properties.header());
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static CancelScopeFeature cancelScopeReactiveClientFeature() {
			return new CancelScopeFeature("httpclient", "reactive");
		}

	}

}
