package io.cancelscope.spring.aop;

import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beans that no proxy can extend are woven by their interfaces: lambdas, records, final
 * and sealed classes.
 */
@ExtendWith(OutputCaptureExtension.class)
class JdkProxiedTests {

	private static final String HERE = JdkProxiedTests.class.getName();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "true", "false" })
	void lambdaHasTheScopeOfItsInterface(String proxyTargetClass, CapturedOutput output) {
		this.runner.withUserConfiguration(Lambdas.class)
			.withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
			.run((context) -> {
				assertThat(context.getBean(Offer.class).best("OSL")).isEqualTo("OSL in Offer.best");
				assertThat(output).doesNotContain("@CancelScoped has no effect");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "false" })
	void recordHasTheScopeOfItsInterface(String proxyTargetClass, CapturedOutput output) {
		this.runner.withBean("offer", RecordOffer.class, () -> new RecordOffer("best"))
			.withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
			.run((context) -> {
				assertThat(context.getBean(Offer.class).best("OSL")).isEqualTo("OSL in RecordOffer.best");
				assertThat(output).doesNotContain("@CancelScoped has no effect");
			});
	}

	@Test
	void finalClassIsWovenByTheInterfaceThatDeclaresTheMethod() {
		this.runner.withBean("offer", FinalOffer.class)
			.run((context) -> assertThat(context.getBean(PlainOffer.class).best()).isEqualTo("FinalOffer.best"));
	}

	@Test
	void sealedClassIsWovenByItsInterface() {
		this.runner.withBean("offer", SealedOffer.class)
			.run((context) -> assertThat(context.getBean(PlainOffer.class).best()).isEqualTo("SealedOffer.best"));
	}

	@Test
	void anonymousClassNamesTheScopeAfterItsInterface() {
		this.runner.withBean("offer", PlainOffer.class, () -> new PlainOffer() {

			@Override
			@CancelScoped("1s")
			public String best() {
				return CancelScope.current().name();
			}

		}).run((context) -> assertThat(context.getBean(PlainOffer.class).best()).isEqualTo("PlainOffer.best"));
	}

	@Test
	void componentsOfARecordAreNoWorkOfItsClass(CapturedOutput output) {
		this.runner.withBean("offer", AnnotatedRecord.class, () -> new AnnotatedRecord("best")).run((context) -> {
			assertThat(context.getBean(PlainOffer.class).best()).isEqualTo("best in AnnotatedRecord.best");
			assertThat(output).doesNotContain("@CancelScoped has no effect");
		});
	}

	/** By Comparable alone it could no longer be injected. */
	@Test
	void recordWithoutAnInterfaceOfItsOwnStaysWhatItIs() {
		this.runner.withBean("number", Number.class, () -> new Number(1))
			.run((context) -> assertThat(AopUtils.isAopProxy(context.getBean(Number.class))).isFalse());
	}

	@Test
	void methodOfAFinalClassThatIsInNoInterfaceIsNamed(CapturedOutput output) {
		this.runner.withBean("offer", Hidden.class).run((context) -> {
			assertThat(AopUtils.isAopProxy(context.getBean(Hidden.class))).isFalse();
			assertThat(output).contains(HERE + "$Hidden#more (the method is in no interface of the JDK proxy)");
		});
	}

	@Test
	void typeOfTheProxyIsPredicted() {
		this.runner.run((context) -> {
			CancelScopedBeanPostProcessor processor = context.getBean(CancelScopedBeanPostProcessor.class);
			assertThat(processor.determineBeanType(RecordOffer.class, "offer")).isAssignableTo(Offer.class)
				.isNotEqualTo(RecordOffer.class);
			assertThat(processor.determineBeanType(Hidden.class, "hidden")).isEqualTo(Hidden.class);
		});
	}

	interface Offer {

		@CancelScoped("1s")
		String best(String from);

	}

	interface PlainOffer {

		String best();

	}

	@Configuration(proxyBeanMethods = false)
	static class Lambdas {

		@Bean
		Offer offer() {
			return (from) -> from + " in " + CancelScope.current().name();
		}

	}

	record RecordOffer(String quality) implements Offer {

		@Override
		public String best(String from) {
			return from + " in " + CancelScope.current().name();
		}

	}

	@CancelScoped("1s")
	record AnnotatedRecord(String quality) implements PlainOffer {

		@Override
		public String best() {
			return this.quality + " in " + CancelScope.current().name();
		}

	}

	@CancelScoped("1s")
	record Number(int value) implements Comparable<Number> {

		@Override
		public int compareTo(Number other) {
			return Integer.compare(this.value, other.value);
		}

	}

	static final class FinalOffer implements PlainOffer {

		@Override
		@CancelScoped("1s")
		public String best() {
			return CancelScope.current().name();
		}

	}

	static sealed class SealedOffer implements PlainOffer {

		@Override
		@CancelScoped("1s")
		public String best() {
			return CancelScope.current().name();
		}

	}

	static final class SpecialOffer extends SealedOffer {

	}

	static final class Hidden implements Supplier<String> {

		@Override
		public String get() {
			return "";
		}

		@CancelScoped("1s")
		public String more() {
			return CancelScope.current().name();
		}

	}

}
