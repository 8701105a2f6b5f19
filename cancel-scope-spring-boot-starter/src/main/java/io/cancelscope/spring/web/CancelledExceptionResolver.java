package io.cancelscope.spring.web;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.request.AnswerFormat;
import io.cancelscope.spring.ChangedLibrary;
import io.cancelscope.spring.request.ProblemInstance;
import io.cancelscope.spring.request.RequestScope;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.NativeDetector;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.accept.ContentNegotiationManager;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.ExceptionHandlerExceptionResolver;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.ServletInvocableHandlerMethod;

/**
 * Answers cancelled requests before the other resolvers do. It makes way for handlers of
 * the user's that are about the exception in question, but not for those that catch
 * everything: they would make a failure of a request that is out of time.
 */
class CancelledExceptionResolver extends ExceptionHandlerExceptionResolver {

	/** Before all resolvers that are not said to come first. */
	static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

	private static final Set<Class<?>> EVERYTHING = Set.of(Throwable.class, Exception.class, RuntimeException.class);

	private static final Method ANSWER = answerMethod();

	private static final boolean POSSIBLE = isPossible(ExceptionHandlerExceptionResolver.class);

	/**
	 * Creates a resolver.
	 * @param model what handles Spring MVC's requests, for what is to be written and how;
	 * {@code null} for Spring's defaults
	 * @param negotiation finds out what a caller accepts, {@code null} for Spring's
	 * defaults
	 */
	CancelledExceptionResolver(@Nullable RequestMappingHandlerAdapter model,
			@Nullable ContentNegotiationManager negotiation) {
		setOrder(ORDER);
		if (model != null) {
			setMessageConverters(model.getMessageConverters());
			setCustomArgumentResolvers(model.getCustomArgumentResolvers());
			setCustomReturnValueHandlers(model.getCustomReturnValueHandlers());
		}
		if (negotiation != null) {
			setContentNegotiationManager(negotiation);
		}
	}

	/** Whether Spring MVC calls what this class overrides. */
	static boolean isPossible(Class<?> resolver) {
		if (NativeDetector.inNativeImage()) {
			return true; // which does not list methods, and keeps its version
		}
		Method overridden = ReflectionUtils.findMethod(resolver, "getExceptionHandlerMethod", HandlerMethod.class,
				Exception.class, ServletWebRequest.class);
		if (overridden == null) {
			ChangedLibrary.report(resolver, "a method 'getExceptionHandlerMethod' with three parameters",
					"@ExceptionHandler methods that catch everything answer requests whose scope was cancelled");
		}
		return overridden != null;
	}

	private static Method answerMethod() {
		Method method = ReflectionUtils.findMethod(Answer.class, "answer");
		if (method == null) {
			throw new IllegalStateException("There is no method Answer.answer()");
		}
		return method;
	}

	/** Whatever it was that handled the request. */
	@Override
	protected boolean shouldApplyTo(HttpServletRequest request, @Nullable Object handler) {
		return true;
	}

	@Override
	protected @Nullable ModelAndView doResolveHandlerMethodException(HttpServletRequest request,
			HttpServletResponse response, @Nullable HandlerMethod handler, Exception exception) {
		RequestScope scope = CancelScopeFilter.of(request);
		if (!POSSIBLE || scope == null || hasAnswer(exception)) {
			return null;
		}
		Exception failure = CancelledAnswer.translate(scope, exception);
		ScopeCancelledException cancellation = ScopeCancelledException.findIn(failure);
		if (cancellation == null) {
			return null;
		}
		if (CancelledAnswer.isForNobody(response, cancellation)) {
			return new ModelAndView();
		}
		if (!CancelledAnswer.isOpen(request, response)) {
			// It has to reach the filter, which then breaks off the connection.
			throw (failure instanceof RuntimeException unchecked) ? unchecked : cancellation;
		}
		return super.doResolveHandlerMethodException(request, response, handler, failure);
	}

	/** Whether the user has said what is answered, on the exception itself. */
	private static boolean hasAnswer(Exception exception) {
		return exception instanceof ErrorResponse
				|| AnnotatedElementUtils.hasAnnotation(exception.getClass(), ResponseStatus.class);
	}

	@Override
	protected @Nullable ServletInvocableHandlerMethod getExceptionHandlerMethod(@Nullable HandlerMethod handler,
			Exception exception, ServletWebRequest request) {
		ServletInvocableHandlerMethod users = super.getExceptionHandlerMethod(handler, exception, request);
		RequestScope scope = CancelScopeFilter.of(request.getRequest());
		ScopeCancelledException cancellation = ScopeCancelledException.findIn(exception);
		if (scope == null || cancellation == null || (users != null && isAbout(users.getMethod(), exception))) {
			return null;
		}
		HttpServletResponse response = request.getResponse();
		ResponseEntity<ProblemDetail> answer = scope.answerTo(cancellation,
				(name) -> response != null && response.containsHeader(name));
		ProblemDetail problem = answer.getBody();
		if (problem != null) {
			// Spring MVC would fail for paths that are no URI.
			problem.setInstance(ProblemInstance.of(request.getRequest().getRequestURI()));
		}
		return new ServletInvocableHandlerMethod(new Answer(request, answer, format(request)), ANSWER);
	}

	/** What the caller prefers, as far as the application can write it. */
	private AnswerFormat format(ServletWebRequest request) {
		AnswerFormat preferred = AnswerFormat.preferredIn(accepted(request));
		if (canWrite(preferred)) {
			return preferred;
		}
		return canWrite(AnswerFormat.JSON) ? AnswerFormat.JSON : AnswerFormat.PAGE;
	}

	private List<MediaType> accepted(ServletWebRequest request) {
		try {
			return getContentNegotiationManager().resolveMediaTypes(request);
		}
		catch (HttpMediaTypeNotAcceptableException ex) {
			// Not to be read, so anything is as good.
			return List.of();
		}
	}

	private boolean canWrite(AnswerFormat format) {
		return format == AnswerFormat.PAGE || getMessageConverters().stream()
			.anyMatch((converter) -> converter.canWrite(ProblemDetail.class, format.type()));
	}

	/** Whether it names the exception, or one of its causes, and not just any. */
	private static boolean isAbout(Method handler, Exception exception) {
		return types(handler).filter((type) -> !EVERYTHING.contains(type)).anyMatch((type) -> isIn(exception, type));
	}

	private static boolean isIn(Throwable exception, Class<?> type) {
		Throwable cause = exception.getCause();
		return type.isInstance(exception) || (cause != null && isIn(cause, type));
	}

	private static Stream<? extends Class<?>> types(Method handler) {
		ExceptionHandler annotation = AnnotatedElementUtils.findMergedAnnotation(handler, ExceptionHandler.class);
		return (annotation != null && annotation.exception().length > 0) ? Stream.of(annotation.exception())
				: Stream.of(handler.getParameterTypes()).filter(Throwable.class::isAssignableFrom);
	}

	/** What Spring MVC calls, and renders the result of. */
	static class Answer {

		private final ServletWebRequest request;

		private final ResponseEntity<ProblemDetail> answer;

		private final AnswerFormat format;

		Answer(ServletWebRequest request, ResponseEntity<ProblemDetail> answer, AnswerFormat format) {
			this.request = request;
			this.answer = answer;
			this.format = format;
		}

		/** Returns {@code null} where the container is about to render a page. */
		public @Nullable ResponseEntity<ProblemDetail> answer() throws IOException {
			HttpServletResponse response = this.request.getResponse();
			if (this.format == AnswerFormat.PAGE && response != null) {
				AnswerPage.send(this.request.getRequest(), response, this.answer);
				return null;
			}
			return ResponseEntity.status(this.answer.getStatusCode())
				.headers(this.answer.getHeaders())
				.contentType(this.format.type())
				.body(this.answer.getBody());
		}

	}

}
