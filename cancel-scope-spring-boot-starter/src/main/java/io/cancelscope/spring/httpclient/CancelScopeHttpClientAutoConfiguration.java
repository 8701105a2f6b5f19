package io.cancelscope.spring.httpclient;

import feign.Feign;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import okhttp3.OkHttpClient;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Auto-configuration that ends the calls of HTTP clients when their scope is cancelled.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.httpclient.enabled" },
		matchIfMissing = true)
@ConditionalOnClass(ClientHttpRequestFactory.class)
@EnableConfigurationProperties(CancelScopeHttpClientProperties.class)
@ImportRuntimeHints(HttpClientRuntimeHints.class)
public final class CancelScopeHttpClientAutoConfiguration {

	@Bean
	UnreachedClients cancelScopeUnreachedClients() {
		return new UnreachedClients();
	}

	/**
	 * Blocking clients: RestClient, RestTemplate, and HTTP interfaces on top of them.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ClientHttpRequestFactoryBuilderCustomizer.class)
	static class BlockingConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ScopedRequestFactoryCustomizer cancelScopeRequestFactoryCustomizer(CancelScopeHttpClientProperties properties) {
			return new ScopedRequestFactoryCustomizer(properties.header());
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static CancelScopeFeature cancelScopeBlockingClientFeature() {
			return new CancelScopeFeature("httpclient", "blocking");
		}

		@Bean
		ScopedClients cancelScopeScopedClients(ScopedRequestFactoryCustomizer customizer, UnreachedClients unreached) {
			return new ScopedClients(customizer, unreached);
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static ScopedClientsBeanPostProcessor cancelScopeScopedClientsBeanPostProcessor(
				ObjectProvider<ScopedClients> clients) {
			return new ScopedClientsBeanPostProcessor(SingletonSupplier.of(clients::getObject));
		}

	}

	/**
	 * Clients that Spring Boot's builders create and that are not beans.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ClientHttpRequestFactoryBuilderCustomizer.class, RestClientCustomizer.class })
	static class BuilderConfiguration {

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		RestClientCustomizer cancelScopeRestClientCustomizer(ScopedClients clients) {
			return (builder) -> clients.scope(builder, "RestClient");
		}

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		RestTemplateCustomizer cancelScopeRestTemplateCustomizer(ScopedClients clients) {
			return (template) -> clients.scope(template, "RestTemplate");
		}

		/** After those of the application, which may set a factory. */
		@Bean
		RestClientHttpServiceGroupConfigurer cancelScopeHttpServiceGroupConfigurer(ScopedClients clients) {
			return (groups) -> groups
				.forEachClient((group, builder) -> clients.scope(builder, "HTTP services '" + group.name() + "'"));
		}

	}

	/**
	 * OkHttp, which Spring does not support itself.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(OkHttpClient.class)
	static class OkHttpConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ScopedOkHttpInterceptor cancelScopeOkHttpInterceptor(CancelScopeHttpClientProperties properties) {
			return new ScopedOkHttpInterceptor(properties.header());
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static OkHttpBeanPostProcessor cancelScopeOkHttpBeanPostProcessor(
				ObjectProvider<ScopedOkHttpInterceptor> interceptor) {
			return new OkHttpBeanPostProcessor(SingletonSupplier.of(interceptor::getObject));
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static CancelScopeFeature cancelScopeOkHttpFeature() {
			return new CancelScopeFeature("httpclient", "okhttp");
		}

	}

	/**
	 * Feign, which can use any of the libraries.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Feign.class)
	static class FeignConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ScopedFeignCapability cancelScopeFeignCapability(CancelScopeHttpClientProperties properties) {
			return new ScopedFeignCapability(properties.header());
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static FeignBeanPostProcessor cancelScopeFeignBeanPostProcessor(ConfigurableListableBeanFactory beans,
				ObjectProvider<ScopedFeignCapability> capability, ObjectProvider<UnreachedClients> unreached) {
			return new FeignBeanPostProcessor(beans, SingletonSupplier.of(capability::getObject),
					SingletonSupplier.of(unreached::getObject));
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static CancelScopeFeature cancelScopeFeignFeature() {
			return new CancelScopeFeature("httpclient", "feign");
		}

	}

	/**
	 * WebClient, and HTTP interfaces on top of it.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Mono.class, WebClient.class, WebClientCustomizer.class })
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean
		@Order(Ordered.LOWEST_PRECEDENCE)
		ScopedWebClientCustomizer cancelScopeWebClientCustomizer(CancelScopeHttpClientProperties properties) {
			return new ScopedWebClientCustomizer(properties.header());
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static CancelScopeFeature cancelScopeReactiveClientFeature() {
			return new CancelScopeFeature("httpclient", "reactive");
		}

	}

}
