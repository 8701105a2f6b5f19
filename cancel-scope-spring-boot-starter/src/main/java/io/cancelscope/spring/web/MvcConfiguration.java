package io.cancelscope.spring.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.accept.ContentNegotiationManager;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * What is added where Spring MVC is there: the names of endpoints, its exception
 * handling, and its asynchronous results.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(DispatcherServlet.class)
class MvcConfiguration {

	private static final String RESOLVER = "cancelScopeExceptionResolver";

	@Bean
	EndpointPatterns cancelScopeMvcPatterns(ConfigurableListableBeanFactory beanFactory) {
		return new MvcEndpoints(beanFactory);
	}

	@Bean
	CancelledAnswer.Renderer cancelScopeMvcRenderer(ApplicationContext context,
			@Qualifier("handlerExceptionResolver") ObjectProvider<HandlerExceptionResolver> others) {
		return (request, response, thrown) -> render(resolver(context), request, response, thrown)
				|| render(others.getIfAvailable(), request, response, thrown);
	}

	/**
	 * Not in the list of Spring MVC's own resolvers, which an application may replace, or
	 * put another one before. Not for injection: applications inject resolvers by type.
	 */
	@Bean(name = RESOLVER, autowireCandidate = false)
	CancelledExceptionResolver cancelScopeExceptionResolver(
			@Qualifier("requestMappingHandlerAdapter") ObjectProvider<RequestMappingHandlerAdapter> model,
			@Qualifier("mvcContentNegotiationManager") ObjectProvider<ContentNegotiationManager> negotiation) {
		return new CancelledExceptionResolver(model.getIfAvailable(), negotiation.getIfAvailable());
	}

	private static CancelledExceptionResolver resolver(ApplicationContext context) {
		return context.getBean(RESOLVER, CancelledExceptionResolver.class);
	}

	private static boolean render(@Nullable HandlerExceptionResolver resolver, HttpServletRequest request,
			HttpServletResponse response, Exception thrown) {
		ModelAndView rendered = (resolver != null) ? resolver.resolveException(request, response, null, thrown) : null;
		return rendered != null && rendered.isEmpty();
	}

	@Bean
	CancelScopeMvcConfigurer cancelScopeMvcConfigurer(ApplicationContext context) {
		return new CancelScopeMvcConfigurer(() -> resolver(context));
	}

}
