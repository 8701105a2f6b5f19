package io.cancelscope.spring.web;

import java.util.List;

import org.springframework.context.ApplicationContext;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.ExceptionHandlerExceptionResolver;

/**
 * Adds to Spring MVC what its requests' scopes need.
 */
class CancelScopeMvcConfigurer implements WebMvcConfigurer {

	private final ApplicationContext context;

	CancelScopeMvcConfigurer(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
		configurer.registerCallableInterceptors(new CarryingCallableInterceptor());
		configurer.registerDeferredResultInterceptors(new EndingDeferredResultInterceptor());
	}

	@Override
	public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
		resolvers.stream()
			.filter(ExceptionHandlerExceptionResolver.class::isInstance)
			.map(ExceptionHandlerExceptionResolver.class::cast)
			.findFirst()
			.ifPresent((model) -> resolvers.add(0, new CancelledExceptionResolver(model, this.context)));
	}

}
