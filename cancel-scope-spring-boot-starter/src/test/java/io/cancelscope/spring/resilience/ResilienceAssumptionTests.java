package io.cancelscope.spring.resilience;

import java.util.Arrays;
import java.util.List;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.FakeClass;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.framework.Advised;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.ConcurrencyLimitBeanPostProcessor;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.RetryAnnotationBeanPostProcessor;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is assumed of Spring's advice, and may change with its version.
 */
@ExtendWith(OutputCaptureExtension.class)
class ResilienceAssumptionTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CancelScopeAutoConfiguration.class,
				CancelScopeAopAutoConfiguration.class, CancelScopeResilienceAutoConfiguration.class))
		.withBean(Desk.class)
		.withUserConfiguration(Resilient.class);

	@Test
	void retryInterceptorTellsItsSpecificationToSubclasses() {
		assertThat(ScopedRetryInterceptor.isPossible())
			.as("AbstractRetryInterceptor#getRetrySpec and the constructor of MethodRetrySpec with a timeout")
			.isTrue();
	}

	@Test
	void adviceThatIsNotNestedInItsPostProcessorIsNamed(CapturedOutput output) {
		Class<?> changed = FakeClass.of("org.example.PostProcessor");

		assertThat(ResilienceInternals.knowRetries(changed, true)).isFalse();
		assertThat(ResilienceInternals.knowLimits(changed)).isFalse();

		assertThat(output)
			.contains("org.example.PostProcessor does not have a nested class that is a"
					+ " AbstractRetryInterceptor: the waits of @Retryable do not end with their scope.")
			.contains("org.example.PostProcessor does not have a nested class that is a Advice:"
					+ " the waits of @ConcurrencyLimit do not end with their scope.");
	}

	@Test
	void retryInterceptorWithAnUnknownSpecificationIsNamed(CapturedOutput output) {
		assertThat(ResilienceInternals.knowRetries(FakeClass.of("org.example.Retries"), false)).isFalse();

		assertThat(output).contains("org.example.Retries does not have an interceptor with a known MethodRetrySpec:"
				+ " the waits of @Retryable do not end with their scope.");
	}

	@Test
	void adviceIsNestedInItsPostProcessor() {
		assertThat(ResilienceInternals.knowRetries(RetryAnnotationBeanPostProcessor.class, true))
			.as("Spring Framework: RetryAnnotationBeanPostProcessor has a nested interceptor;"
					+ " otherwise the waits of @Retryable do not end with their scope")
			.isTrue();
		assertThat(ResilienceInternals.knowLimits(ConcurrencyLimitBeanPostProcessor.class))
			.as("Spring Framework: ConcurrencyLimitBeanPostProcessor has a nested interceptor;"
					+ " otherwise the waits of @ConcurrencyLimit do not end with their scope")
			.isTrue();
	}

	@Test
	void adviceIsRecognisedByThePostProcessorThatMakesIt() {
		this.runner.run((context) -> assertThat(adviceOf(context)).containsExactly("CancelScopedInterceptor",
				"LimitWaitInterceptor", "ConcurrencyLimitInterceptor", "ScopedRetryInterceptor"));
	}

	@Test
	void adviceIsSpringsWhereThePropertyIsOff() {
		this.runner.withPropertyValues("cancel-scope.resilience.enabled=false")
			.run((context) -> assertThat(adviceOf(context)).containsExactly("CancelScopedInterceptor",
					"ConcurrencyLimitInterceptor", "RetryAnnotationInterceptor"));
	}

	@Test
	void nativeImageIsToldOfTheMethodThatIsCalledByReflection() {
		RuntimeHints hints = new RuntimeHints();

		new ResilienceRuntimeHints().registerHints(hints, null);

		assertThat(ScopedRetryInterceptor.SPEC).isNotNull();
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(ScopedRetryInterceptor.SPEC)).accepts(hints);
	}

	private static List<String> adviceOf(ApplicationContext context) {
		return Arrays.stream(((Advised) context.getBean(Desk.class)).getAdvisors())
			.map((advisor) -> advisor.getAdvice().getClass().getSimpleName())
			.toList();
	}

	static class Desk {

		@CancelScoped("1s")
		@ConcurrencyLimit(1)
		@Retryable
		void ask() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilient {

	}

}
