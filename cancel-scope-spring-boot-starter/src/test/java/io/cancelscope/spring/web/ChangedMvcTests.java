package io.cancelscope.spring.web;

import io.cancelscope.spring.FakeClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.servlet.mvc.method.annotation.ExceptionHandlerExceptionResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is assumed of Spring MVC's resolver of exceptions.
 */
@ExtendWith(OutputCaptureExtension.class)
class ChangedMvcTests {

	@Test
	void resolverHasTheMethodThatIsOverridden() {
		assertThat(CancelledExceptionResolver.isPossible(ExceptionHandlerExceptionResolver.class))
			.as("Spring MVC: ExceptionHandlerExceptionResolver.getExceptionHandlerMethod has three parameters;"
					+ " otherwise a catch-all @ExceptionHandler answers cancelled requests, instead of 504")
			.isTrue();
	}

	@Test
	void resolverWithoutTheMethodIsNamed(CapturedOutput output) {
		Class<?> changed = FakeClass.of("org.example.Resolver");

		assertThat(CancelledExceptionResolver.isPossible(changed)).isFalse();

		assertThat(output)
			.contains("org.example.Resolver does not have a method 'getExceptionHandlerMethod' with three parameters:"
					+ " @ExceptionHandler methods that catch everything answer requests whose scope was cancelled.");
	}

}
