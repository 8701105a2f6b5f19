package io.cancelscope.spring.web;

import java.util.List;
import java.util.stream.Stream;

import io.cancelscope.spring.BeansMade;
import io.cancelscope.spring.request.RequestScopeNames.Endpoint;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.web.servlet.mvc.condition.PathPatternsRequestCondition;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.util.pattern.PathPattern;

/**
 * The request mappings of Spring MVC.
 */
final class MvcEndpoints implements EndpointPatterns {

	private final ConfigurableListableBeanFactory beanFactory;

	MvcEndpoints(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public Stream<PathPattern> patterns() {
		ObjectProvider<RequestMappingInfoHandlerMapping> mappings = this.beanFactory
			.getBeanProvider(RequestMappingInfoHandlerMapping.class);
		return mappings.stream()
			.flatMap((mapping) -> mapping.getHandlerMethods().keySet().stream())
			.flatMap(MvcEndpoints::patterns);
	}

	@Override
	public @Nullable Stream<Endpoint> endpoints() {
		List<RequestMappingInfoHandlerMapping> mappings = BeansMade.of(this.beanFactory,
				RequestMappingInfoHandlerMapping.class);
		return (mappings == null) ? null
				: mappings.stream()
					.flatMap((mapping) -> mapping.getHandlerMethods().keySet().stream())
					.flatMap(MvcEndpoints::endpoints);
	}

	private static Stream<Endpoint> endpoints(RequestMappingInfo mapping) {
		return Endpoint.of(mapping.getMethodsCondition().getMethods(), patterns(mapping));
	}

	private static Stream<PathPattern> patterns(RequestMappingInfo mapping) {
		PathPatternsRequestCondition condition = mapping.getPathPatternsCondition();
		return (condition != null) ? condition.getPatterns().stream() : Stream.empty();
	}

}
