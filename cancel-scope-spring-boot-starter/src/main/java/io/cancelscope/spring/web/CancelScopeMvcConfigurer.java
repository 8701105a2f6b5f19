package io.cancelscope.spring.web;

import java.util.List;
import java.util.function.Supplier;

import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Adds to Spring MVC what its requests' scopes need.
 */
class CancelScopeMvcConfigurer implements WebMvcConfigurer {

	private final Supplier<CancelledExceptionResolver> resolver;

	CancelScopeMvcConfigurer(Supplier<CancelledExceptionResolver> resolver) {
		this.resolver = resolver;
	}

	@Override
	public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
		configurer.registerCallableInterceptors(new ScopePropagatingCallableInterceptor());
		configurer.registerDeferredResultInterceptors(new CancellingDeferredResultInterceptor());
	}

	/**
	 * The servlet asks our resolver anyway. It is here, too, for those who ask the bean
	 * {@code handlerExceptionResolver}: filters and Spring Security's entry points do.
	 */
	@Override
	public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
		resolvers.add(0, this.resolver.get());
	}

}
