package io.cancelscope.spring.webflux;

import java.util.List;
import java.util.stream.Stream;

import io.cancelscope.spring.BeansMade;
import io.cancelscope.spring.request.RequestScopeNames.Endpoint;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.web.reactive.result.method.RequestMappingInfo;
import org.springframework.web.reactive.result.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.util.pattern.PathPattern;

/**
 * The request mappings of WebFlux.
 */
final class WebFluxEndpoints {

	private final ConfigurableListableBeanFactory beanFactory;

	WebFluxEndpoints(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/** Returns the paths that are served. */
	Stream<PathPattern> patterns() {
		ObjectProvider<RequestMappingInfoHandlerMapping> mappings = this.beanFactory
			.getBeanProvider(RequestMappingInfoHandlerMapping.class);
		return mappings.stream()
			.flatMap((mapping) -> mapping.getHandlerMethods().keySet().stream())
			.flatMap((mapping) -> mapping.getPatternsCondition().getPatterns().stream());
	}

	/**
	 * Returns what is served, or {@code null} if the beans that know have not been
	 * created.
	 */
	@Nullable Stream<Endpoint> endpoints() {
		List<RequestMappingInfoHandlerMapping> mappings = BeansMade.of(this.beanFactory,
				RequestMappingInfoHandlerMapping.class);
		return (mappings == null) ? null
				: mappings.stream()
					.flatMap((mapping) -> mapping.getHandlerMethods().keySet().stream())
					.flatMap(WebFluxEndpoints::endpoints);
	}

	private static Stream<Endpoint> endpoints(RequestMappingInfo mapping) {
		return Endpoint.of(mapping.getMethodsCondition().getMethods(),
				mapping.getPatternsCondition().getPatterns().stream());
	}

}
