package io.cancelscope.spring;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.tngtech.archunit.core.domain.JavaClass;
import io.cancelscope.TimeSource;
import org.aopalliance.aop.Advice;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.scheduling.TaskScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the starter adds to an application stands back for what the application has. Looks
 * at all bean methods of the starter, also at those of features to come.
 */
class PublishedBeansTests {

	/** The application may inject its own one of these, or Boot may look for it. */
	private static final List<Class<?>> LEFT_TO_USERS = List.of(Executor.class, TaskScheduler.class,
			ThreadFactory.class, DataSource.class, Clock.class, TimeSource.class);

	@Test
	void nothingIsPublishedThatChangesWhatUsersInject() {
		assertThat(beanMethods()).hasSizeGreaterThan(5)
			.noneMatch((method) -> LEFT_TO_USERS.stream()
				.anyMatch((type) -> type.isAssignableFrom(method.getReturnType())));
	}

	@Test
	void whatUsersCanReplaceBacksOff() {
		List<Method> replaceable = beanMethods().stream()
			.filter((method) -> Modifier.isPublic(method.getReturnType().getModifiers()))
			.filter((method) -> !method.getReturnType().isInterface())
			.filter((method) -> !isInfrastructure(method) && !method.isAnnotationPresent(Fallback.class))
			.filter((method) -> method.getReturnType().getName().startsWith("io.cancelscope."))
			.toList();

		assertThat(replaceable).isNotEmpty()
			.allSatisfy((method) -> assertThat(method.isAnnotationPresent(ConditionalOnMissingBean.class))
				.as("%s backs off", method)
				.isTrue());
	}

	@Test
	void postProcessorsAreStaticInfrastructure() {
		List<Method> processors = beanMethods().stream()
			.filter((method) -> BeanPostProcessor.class.isAssignableFrom(method.getReturnType())
					|| BeanFactoryPostProcessor.class.isAssignableFrom(method.getReturnType()))
			.toList();

		assertThat(processors).isNotEmpty()
			.allMatch((method) -> Modifier.isStatic(method.getModifiers()))
			.allMatch(PublishedBeansTests::isInfrastructure);
	}

	/**
	 * Other infrastructure beans are offered to Spring's auto-proxy creator, which then
	 * looks for advisors and creates what these need.
	 */
	@Test
	void postProcessorsAreNotOfferedToTheAutoProxyCreator() {
		assertThat(postProcessors().map(Method::getReturnType)).isNotEmpty()
			.allMatch(AopInfrastructureBean.class::isAssignableFrom);
	}

	@Test
	void postProcessorsTakeOnlyWhatIsLazyOrThereAnyway() {
		assertThat(postProcessors().flatMap((method) -> Arrays.stream(method.getParameterTypes()))).isNotEmpty()
			.allSatisfy((type) -> assertThat(pullsNothingIn(type)).as("parameter of type %s", type).isTrue());
	}

	/**
	 * A context resolves the first kind itself. The second is an infrastructure bean of
	 * the starter.
	 */
	private static boolean pullsNothingIn(Class<?> type) {
		return Stream.of(ObjectProvider.class, BeanFactory.class, Environment.class, ResourceLoader.class)
			.anyMatch((lazy) -> lazy.isAssignableFrom(type)) || isInnermost(type);
	}

	private static boolean isInnermost(Class<?> type) {
		List<Method> made = beanMethods().stream().filter((method) -> method.getReturnType() == type).toList();
		return !made.isEmpty() && made.stream()
			.allMatch((method) -> Modifier.isStatic(method.getModifiers()) && isInfrastructure(method)
					&& (AopInfrastructureBean.class.isAssignableFrom(type) || Advice.class.isAssignableFrom(type))
					&& Arrays.stream(method.getParameterTypes()).allMatch(PublishedBeansTests::pullsNothingIn));
	}

	private static Stream<Method> postProcessors() {
		return beanMethods().stream()
			.filter((method) -> BeanPostProcessor.class.isAssignableFrom(method.getReturnType()));
	}

	private static boolean isInfrastructure(Method method) {
		Role role = method.getAnnotation(Role.class);
		return role != null && role.value() == BeanDefinition.ROLE_INFRASTRUCTURE;
	}

	private static List<Method> beanMethods() {
		return StarterClasses.ALL.stream()
			.filter((type) -> !type.getPackageName().equals("io.cancelscope.spring.test"))
			// Others may need a library that is not on this class path.
			.filter((type) -> type.getMethods().stream().anyMatch((method) -> method.isAnnotatedWith(Bean.class)))
			.map(JavaClass::reflect)
			.flatMap((type) -> Stream.of(type.getDeclaredMethods()))
			.filter((method) -> method.isAnnotationPresent(Bean.class))
			.toList();
	}

}
