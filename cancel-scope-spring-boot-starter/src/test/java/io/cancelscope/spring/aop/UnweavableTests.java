package io.cancelscope.spring.aop;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Annotations that have no effect are named, and do no harm.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnweavableTests {

	private static final String HERE = UnweavableTests.class.getName();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class));

	@Test
	void privateStaticAndFinalMethodsAreNamedInOneWarning(CapturedOutput output) {
		this.runner.withBean("mixed", Mixed.class).run((context) -> {
			assertThat(context.getBean(Mixed.class).woven()).isEqualTo("Mixed.woven");
			assertThat(output).containsOnlyOnce("@CancelScoped has no effect on");
			assertThat(output.toString()
				.lines()
				.filter((line) -> line.contains("Bean 'mixed': @CancelScoped has no effect on"))).singleElement()
				.asString()
				.contains(HERE + "$Mixed#hidden (the method is private)")
				.contains(HERE + "$Mixed#shared (the method is static)")
				.contains(HERE + "$Mixed#sealed (the method is final)");
		});
	}

	@Test
	void beanWithNothingToWeaveGetsNoProxy(CapturedOutput output) {
		this.runner.withBean(OnlyFinal.class).run((context) -> {
			assertThat(AopUtils.isAopProxy(context.getBean(OnlyFinal.class))).isFalse();
			assertThat(output).contains("$OnlyFinal#sealed (the method is final)");
		});
	}

	@Test
	void finalClassStaysWhatItIs(CapturedOutput output) {
		this.runner.withBean(FinalClass.class).run((context) -> {
			assertThat(context.getBean(FinalClass.class).scope()).isEqualTo("root");
			assertThat(output).contains(HERE + "$FinalClass (the class is final)");
		});
	}

	@Test
	void typeOfTheProxyIsPredictedOnlyWhereThereIsOne() {
		this.runner.run((context) -> {
			CancelScopedBeanPostProcessor processor = context.getBean(CancelScopedBeanPostProcessor.class);
			assertThat(processor.determineBeanType(FinalClass.class, "final")).isEqualTo(FinalClass.class);
			assertThat(processor.determineBeanType(Object.class, "plain")).isEqualTo(Object.class);
			assertThat(processor.determineBeanType(Mixed.class, "mixed")).isNotEqualTo(Mixed.class)
				.isAssignableTo(Mixed.class);
		});
	}

	@Test
	void methodThatAJdkProxyDoesNotOfferIsNamed(CapturedOutput output) {
		this.runner.withBean("implementation", Implementation.class)
			.withPropertyValues("spring.aop.proxy-target-class=false")
			.run((context) -> {
				assertThat(context.getBean(Offer.class).offered()).isEqualTo("Implementation.offered");
				assertThat(output)
					.contains(HERE + "$Implementation#notOffered (the method is in no interface of the JDK proxy)")
					.doesNotContain("#offered (");
			});
	}

	@Test
	void beanWithoutTheAnnotationIsLeftAlone(CapturedOutput output) {
		this.runner.withBean("plain", Object.class).run((context) -> {
			assertThat(AopUtils.isAopProxy(context.getBean("plain"))).isFalse();
			assertThat(output).doesNotContain("CancelScoped");
		});
	}

	static class Mixed {

		@CancelScoped("1s")
		String woven() {
			return hidden();
		}

		@CancelScoped("1s")
		private String hidden() {
			return CancelScope.current().name();
		}

		@CancelScoped("1s")
		static String shared() {
			return CancelScope.current().name();
		}

		@CancelScoped("1s")
		final String sealed() {
			return CancelScope.current().name();
		}

	}

	@CancelScoped("1s")
	static class OnlyFinal {

		public final String sealed() {
			return CancelScope.current().name();
		}

	}

	static final class FinalClass {

		@CancelScoped("1s")
		String scope() {
			return CancelScope.current().name();
		}

	}

	interface Offer {

		String offered();

	}

	static class Implementation implements Offer {

		@Override
		@CancelScoped("1s")
		public String offered() {
			return CancelScope.current().name();
		}

		@CancelScoped("1s")
		public String notOffered() {
			return CancelScope.current().name();
		}

	}

}
