package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;

import org.springframework.beans.factory.Aware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * Public methods that a class does not offer to its callers: a framework calls them to
 * create, start and stop beans, to prepare a request or to answer a failure. An
 * annotation on the class is not meant for them. Listeners and scheduled methods do the
 * work of their class, and are not among them.
 */
final class CallbackMethods {

	/** By name, since most of them are optional. */
	private static final List<String> ANNOTATIONS = List.of("org.springframework.context.annotation.Bean",
			"org.springframework.web.bind.annotation.ExceptionHandler",
			"org.springframework.web.bind.annotation.InitBinder",
			"org.springframework.messaging.handler.annotation.MessageExceptionHandler",
			"org.springframework.graphql.data.method.annotation.GraphQlExceptionHandler",
			"jakarta.annotation.PostConstruct", "jakarta.annotation.PreDestroy");

	private static final String MODEL_ATTRIBUTE = "org.springframework.web.bind.annotation.ModelAttribute";

	private static final String REQUEST_MAPPING = "org.springframework.web.bind.annotation.RequestMapping";

	private static final List<Class<?>> INTERFACES = List.of(InitializingBean.class, DisposableBean.class,
			SmartInitializingSingleton.class, Ordered.class, AutoCloseable.class, Comparable.class);

	private CallbackMethods() {
	}

	static boolean contain(Method method, Class<?> userClass) {
		return isOfAnInterface(method, userClass) || isRecordAccessor(method) || isAnnotated(method);
	}

	private static boolean isOfAnInterface(Method method, Class<?> userClass) {
		for (Class<?> type : CancelScopedSource.hierarchyOf(userClass)) {
			if (isCallback(type) && CancelScopedSource.declares(type, method, userClass)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isCallback(Class<?> type) {
		return type.isInterface() && (INTERFACES.contains(type) || Aware.class.isAssignableFrom(type)
				|| type.isAssignableFrom(SmartLifecycle.class));
	}

	private static boolean isRecordAccessor(Method method) {
		Class<?> type = method.getDeclaringClass();
		return type.isRecord() && method.getParameterCount() == 0 && Arrays.stream(type.getRecordComponents())
			.anyMatch((component) -> method.equals(component.getAccessor()));
	}

	private static boolean isAnnotated(Method method) {
		MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
		return ANNOTATIONS.stream().anyMatch(annotations::isPresent)
				|| (annotations.isPresent(MODEL_ATTRIBUTE) && !annotations.isPresent(REQUEST_MAPPING));
	}

}
