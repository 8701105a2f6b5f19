package io.cancelscope.spring.aop;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;

import io.cancelscope.CancelReason;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.Test;

import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.Advised;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.DecoratingProxy;
import org.springframework.core.env.MapPropertySource;
import org.springframework.javapoet.ClassName;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A native image is told what weaving reaches by reflection.
 */
class CancelScopedAotTests {

	@Test
	void annotatedMethodsCanBeReflectedOn() {
		RuntimeHints hints = new RuntimeHints();

		new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, Quotes.class);

		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method(Quotes.class, "best"))).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method(Quotes.class, "other")))
			.rejects(hints);
	}

	@Test
	void fallbacksCanBeCalled() {
		RuntimeHints hints = hintsFor(Quotes.class);

		assertThat(Arrays.stream(Quotes.class.getDeclaredMethods()).filter((it) -> it.getName().equals("yesterdays")))
			.hasSize(2)
			.allSatisfy((it) -> assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(it)).accepts(hints));
	}

	@Test
	void fallbackNamedByAnInterfaceCanBeCalled() {
		RuntimeHints hints = hintsFor(Impl.class);

		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method(Impl.class, "nothing")))
			.accepts(hints);
	}

	@Test
	void exceptionsCanBeMade() throws NoSuchMethodException {
		RuntimeHints hints = hintsFor(Quotes.class);

		assertThat(RuntimeHintsPredicates.reflection()
			.onConstructorInvocation(QuotesLateException.class.getDeclaredConstructor(String.class))).accepts(hints);
	}

	@Test
	void proxyOfInterfacesIsKnown() {
		RuntimeHints hints = hintsFor(ByInterface.class, "spring.aop.proxy-target-class", "false");

		assertThat(RuntimeHintsPredicates.proxies()
			.forInterfaces(Interface.class, SpringProxy.class, Advised.class, DecoratingProxy.class)).accepts(hints);
	}

	@Test
	void nothingIsSaidWhereNothingIsAnnotated() {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Object.class);
		try (context) {
			assertThat(new CancelScopedAotProcessor().processAheadOfTime(context.getBeanFactory())).isNull();
		}
	}

	private static RuntimeHints hintsFor(Class<?> component, String... property) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		try (context) {
			if (property.length > 0) {
				context.getEnvironment()
					.getPropertySources()
					.addFirst(new MapPropertySource("test", Map.of(property[0], property[1])));
			}
			context.register(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class, component);
			DefaultGenerationContext generation = new DefaultGenerationContext(
					new ClassNameGenerator(ClassName.get("", "Application")), new InMemoryGeneratedFiles());
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			return generation.getRuntimeHints();
		}
	}

	private static Method method(Class<?> type, String name) {
		return Arrays.stream(ReflectionUtils.getDeclaredMethods(type))
			.filter((candidate) -> candidate.getName().equals(name))
			.findFirst()
			.orElseThrow();
	}

	static class Quotes {

		@CancelScoped(timeout = "1s", fallback = "yesterdays", exception = QuotesLateException.class)
		String best(String trip) {
			return trip;
		}

		String yesterdays(String trip) {
			return trip;
		}

		String yesterdays(String trip, CancelReason reason) {
			return trip;
		}

		String other() {
			return "";
		}

	}

	interface Interface {

		@CancelScoped(timeout = "1s", fallback = "nothing")
		String find();

	}

	static class Impl implements Interface {

		@Override
		public String find() {
			return "found";
		}

		String nothing() {
			return "nothing";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ByInterface {

		@Bean
		Interface service() {
			return new Impl();
		}

	}

	static class QuotesLateException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		QuotesLateException(String message) {
			super(message);
		}

	}

}
