package io.cancelscope.spring.webflux;

import io.cancelscope.CancelScopes;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.request.IgnoredDeadlineListener;
import io.cancelscope.spring.request.PeerAddress;
import io.cancelscope.spring.request.RequestScopeNames;
import io.cancelscope.spring.request.RequestScopes;
import io.cancelscope.spring.ScopeNames;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.request.UnscopedPaths;
import io.cancelscope.spring.request.CancelScopeWebProperties;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.web.reactive.DispatcherHandler;

/**
 * Auto-configuration that gives each WebFlux request a scope.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(DispatcherHandler.class)
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.web.enabled" }, matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeWebProperties.class)
@ImportRuntimeHints(PeerAddress.Hints.class)
public final class CancelScopeWebFluxAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "cancelScopeWebFilter")
	CancelScopeWebFilter cancelScopeWebFilter(CancelScopes scopes, ObjectProvider<TimeSource> time,
			ScopeSettings settings, CancelScopeWebProperties web, ConfigurableListableBeanFactory beanFactory,
			ObjectProvider<IgnoredDeadlineListener> listeners, ObjectProvider<ServerCodecConfigurer> codecs,
			ObjectProvider<UnscopedPaths> unscoped, ApplicationContext context) {
		RequestScopes requests = new RequestScopes(scopes, time.getIfAvailable(TimeSource::system), settings, web,
				new WebFluxEndpoints(beanFactory)::patterns,
				(header) -> listeners.orderedStream().forEach((listener) -> listener.ignored(header)),
				unscoped::stream);
		return new CancelScopeWebFilter(requests,
				new CancelledResponse(() -> codecs.getIfAvailable(ServerCodecConfigurer::create)), web.order(),
				context);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ScopeNames cancelScopeRequestNames(CancelScopeWebProperties web,
			ConfigurableListableBeanFactory beanFactory) {
		return new RequestScopeNames(web, new WebFluxEndpoints(beanFactory)::endpoints);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeWebFluxFeature() {
		return CancelScopeFeature.named("webflux");
	}

}
