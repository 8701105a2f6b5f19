package io.cancelscope.spring.web;

import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.request.IgnoredDeadlineListener;
import io.cancelscope.spring.request.PeerAddress;
import io.cancelscope.spring.request.RequestScopeNames;
import io.cancelscope.spring.request.RequestScopeNames.Endpoint;
import io.cancelscope.spring.request.RequestScopes;
import io.cancelscope.spring.ScopeNames;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.request.UnscopedPaths;
import io.cancelscope.spring.request.CancelScopeWebProperties;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Auto-configuration that gives each servlet request a scope.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ Filter.class, OncePerRequestFilter.class })
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.web.enabled" }, matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeWebProperties.class)
@ImportRuntimeHints(PeerAddress.Hints.class)
@Import(MvcConfiguration.class)
public final class CancelScopeWebAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "cancelScopeFilter")
	FilterRegistrationBean<CancelScopeFilter> cancelScopeFilter(CancelScopes scopes, ObjectProvider<TimeSource> time,
			ScopeSettings settings, CancelScopeWebProperties web, ObjectProvider<EndpointPatterns> patterns,
			ObjectProvider<IgnoredDeadlineListener> listeners, ObjectProvider<CancelledAnswer.Renderer> renderer,
			ObjectProvider<UnscopedPaths> unscoped) {
		RequestScopes requests = new RequestScopes(scopes, time.getIfAvailable(TimeSource::system), settings, web,
				() -> patterns.stream().flatMap(EndpointPatterns::patterns),
				(header) -> listeners.orderedStream().forEach((listener) -> listener.ignored(header)),
				unscoped::stream);
		FilterRegistrationBean<CancelScopeFilter> registration = new FilterRegistrationBean<>(
				new CancelScopeFilter(requests, new CancelledAnswer(renderer::getIfAvailable)));
		registration.setOrder(web.order());
		registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
		return registration;
	}

	@Bean
	FilterRegistrationBean<AnswerPageFilter> cancelScopeErrorPageFilter(CancelScopeWebProperties web) {
		FilterRegistrationBean<AnswerPageFilter> registration = new FilterRegistrationBean<>(new AnswerPageFilter());
		registration.setOrder(web.order());
		registration.setDispatcherTypes(DispatcherType.ERROR);
		return registration;
	}

	@Bean
	FilterRegistrationBean<ServletReachedFilter> cancelScopeServletReachedFilter() {
		FilterRegistrationBean<ServletReachedFilter> registration = new FilterRegistrationBean<>(
				new ServletReachedFilter());
		registration.setOrder(Ordered.LOWEST_PRECEDENCE);
		registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
		return registration;
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ScopeNames cancelScopeRequestNames(CancelScopeWebProperties web, ObjectProvider<EndpointPatterns> patterns) {
		return new RequestScopeNames(web, () -> endpoints(patterns));
	}

	private static @Nullable Stream<Endpoint> endpoints(ObjectProvider<EndpointPatterns> patterns) {
		Stream<Endpoint> all = Stream.empty();
		for (EndpointPatterns some : patterns) {
			Stream<Endpoint> endpoints = some.endpoints();
			if (endpoints == null) {
				return null;
			}
			all = Stream.concat(all, endpoints);
		}
		return all;
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeWebFeature() {
		return CancelScopeFeature.named("web");
	}

}
