package io.cancelscope.spring.aop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.weaver.Advice;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.DefaultResourceLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The property {@code cancel-scope.weaving}, and what is special where it is
 * {@code aspect}.
 */
@ExtendWith(OutputCaptureExtension.class)
class AspectWeavingTests {

	private static final String HERE = AspectWeavingTests.class.getName();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class));

	private final ApplicationContextRunner aspect = this.runner.withPropertyValues("cancel-scope.weaving=aspect");

	@Test
	void advisorIsTheDefault() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(CancelScopedBeanPostProcessor.class)
			.doesNotHaveBean(CancelScopedAspect.class));
	}

	@Test
	void advisorNeedsNoAspectJ() {
		this.runner.withClassLoader(new FilteredClassLoader("org.aspectj"))
			.withBean(Service.class)
			.run((context) -> assertThat(context.getBean(Service.class).scope()).isEqualTo("Service.scope"));
	}

	@Test
	void aspectTakesThePlaceOfTheAdvisor() {
		this.aspect.withBean(Service.class).run((context) -> {
			assertThat(context).hasSingleBean(CancelScopedAspect.class)
				.doesNotHaveBean(CancelScopedBeanPostProcessor.class);
			assertThat(context.getBean(Service.class).scope()).isEqualTo("Service.scope");
			assertThat(context.getBean(Service.class).plain()).isEqualTo("root");
		});
	}

	@Test
	void aspectHasNoAdviceBesideIt() {
		this.aspect.withBean(Service.class).run((context) -> {
			Advised service = (Advised) context.getBean(Service.class);
			assertThat(Arrays.stream(service.getAdvisors()).map(Advisor::getAdvice)).hasSize(2)
				.noneMatch(CancelScopedInterceptor.class::isInstance);
		});
	}

	@Test
	void aspectSeesTheClassAndWhatItInherits() {
		this.aspect.withBean("ofTheClass", OfTheClass.class).withBean(Inheriting.class).run((context) -> {
			assertThat(context.getBean("ofTheClass", OfTheClass.class).offered()).isEqualTo("OfTheClass.offered");
			assertThat(context.getBean("ofTheClass", OfTheClass.class).notPublic()).isEqualTo("root");
			assertThat(context.getBean(Inheriting.class).more()).isEqualTo("Inheriting.more");
		});
	}

	@Test
	void aspectLiesAmongTheUsersByItsOrder() {
		this.aspect.withBean(Service.class)
			.withBean(Outer.class)
			.withBean(Inner.class)
			.withBean(Trail.class)
			.run((context) -> {
				context.getBean(Service.class).scope();
				assertThat(context.getBean(Trail.class).words).containsExactly("outer in root",
						"inner in Service.scope");
			});
	}

	@Test
	void orderOfTheAspectIsAProperty() {
		this.aspect.withPropertyValues("cancel-scope.aspect.order=20")
			.withBean(Service.class)
			.withBean(Outer.class)
			.withBean(Inner.class)
			.withBean(Trail.class)
			.run((context) -> {
				context.getBean(Service.class).scope();
				assertThat(context.getBean(Trail.class).words).containsExactly("outer in root", "inner in root");
			});
	}

	@Test
	void annotationsOutOfTheAspectsReachAreNamed(CapturedOutput output) {
		this.aspect.withBean("implementation", Implementation.class).run((context) -> {
			assertThat(context.getBean(Implementation.class).offered()).isEqualTo("root");
			assertThat(output).containsOnlyOnce("Bean 'implementation': @CancelScoped has no effect on " + HERE
					+ "$Implementation#offered (the aspect sees annotations only on the method itself and on its class)");
		});
	}

	@Test
	void mistakesAreFoundAtStartUp() {
		this.aspect.withBean("wrong", Wrong.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("cannot be parsed to a Duration")
				.satisfies((root) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
						"Bean 'wrong': @CancelScoped on " + HERE + "$Wrong#best has timeout = \"PT\"")));
	}

	@Test
	void beanWithoutTheAnnotationIsLeftAlone() {
		this.aspect.withBean("plain", Object.class)
			.run((context) -> assertThat(AopUtils.isAopProxy(context.getBean("plain"))).isFalse());
	}

	@Test
	void unknownWeavingStopsTheStartUp() {
		this.runner.withPropertyValues("cancel-scope.weaving=magic")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("Weaving.magic"));
	}

	@Test
	void missingAspectJStopsTheStartUpAndIsNamed(CapturedOutput output) {
		ClassLoader without = new FilteredClassLoader(Advice.class);
		SpringApplication application = new SpringApplication(new DefaultResourceLoader(without), Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);

		assertThatException().isThrownBy(() -> application.run("--cancel-scope.weaving=aspect"));

		assertThat(output).contains("""
				Description:

				The property cancel-scope.weaving is 'aspect', but AspectJ is not on the class path.

				Action:

				Add the dependency org.springframework.boot:spring-boot-starter-aspectj; \
				or set cancel-scope.weaving=advisor, the default, which needs no AspectJ.
				""");
	}

	public static class Service {

		@CancelScoped("1s")
		public String scope() {
			return CancelScope.current().name();
		}

		String plain() {
			return CancelScope.current().name();
		}

	}

	@CancelScoped("1s")
	static class OfTheClass {

		public String offered() {
			return CancelScope.current().name();
		}

		String notPublic() {
			return CancelScope.current().name();
		}

	}

	static class Inheriting extends OfTheClass {

		public String more() {
			return CancelScope.current().name();
		}

	}

	interface Contract {

		@CancelScoped("1s")
		String offered();

	}

	static class Implementation implements Contract {

		@Override
		public String offered() {
			return CancelScope.current().name();
		}

	}

	static class Wrong {

		@CancelScoped("PT")
		void best() {
		}

	}

	static class Trail {

		final List<String> words = new ArrayList<>();

	}

	@Aspect
	@Order(-10)
	static class Outer {

		private final Trail trail;

		Outer(Trail trail) {
			this.trail = trail;
		}

		@Around("execution(* *..AspectWeavingTests.Service.*(..))")
		public @Nullable Object around(ProceedingJoinPoint joinPoint) throws Throwable {
			this.trail.words.add("outer in " + CancelScope.current().name());
			return joinPoint.proceed();
		}

	}

	@Aspect
	@Order(10)
	static class Inner {

		private final Trail trail;

		Inner(Trail trail) {
			this.trail = trail;
		}

		@Around("execution(* *..AspectWeavingTests.Service.*(..))")
		public @Nullable Object around(ProceedingJoinPoint joinPoint) throws Throwable {
			this.trail.words.add("inner in " + CancelScope.current().name());
			return joinPoint.proceed();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class })
	static class Application {

	}

}
