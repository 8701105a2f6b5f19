package io.cancelscope.benchmarks.micro;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Path;

import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;

import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.metrics.buffering.BufferingApplicationStartup;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;

/**
 * An application that starts, has many beans and nothing to do, and ends. What else it
 * has is given by the class path, the properties, and the first argument.
 */
public final class StartUp {

	/** Of how many bean classes {@link StartUps} makes. */
	static final int BEANS = 500;

	private StartUp() {
	}

	/**
	 * Starts it and ends it. The property {@code steps} names a file for what Spring
	 * records of the start.
	 * @param args {@code plain}, {@code advising} or {@code aspect}
	 * @throws Exception if it doesn't start
	 */
	public static void main(String... args) throws Exception {
		Class<?> configuration = switch (args[0]) {
			case "advising" -> Advising.class;
			case "aspect" -> WithAspect.class;
			default -> Plain.class;
		};
		Class<?>[] sources = new Class<?>[BEANS + 1];
		sources[BEANS] = configuration;
		for (int i = 0; i < BEANS; i++) {
			sources[i] = Class.forName("beans.Beans$Bean" + i);
		}
		SpringApplicationBuilder application = new SpringApplicationBuilder(sources).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.logStartupInfo(false);
		String steps = System.getProperty("steps");
		if (steps != null) {
			application.applicationStartup(new BufferingApplicationStartup(20_000));
		}
		try (ConfigurableApplicationContext context = application.run()) {
			if (steps != null && context.getApplicationStartup() instanceof BufferingApplicationStartup recorded) {
				StartUpSteps.write(recorded, Path.of(steps));
			}
			if (context.getBeanNamesForType(sources[0]).length != 1) {
				throw new IllegalStateException("The beans are not there.");
			}
		}
	}

	/** Which no bean has. */
	@Target({ ElementType.METHOD, ElementType.TYPE })
	@Retention(RetentionPolicy.RUNTIME)
	@interface Nowhere {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

	}

	/** The way many of Spring's own annotations are woven. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Advising {

		@Bean
		static AbstractBeanFactoryAwareAdvisingPostProcessor postProcessor() {
			return new PostProcessor();
		}

	}

	private static final class PostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

		private static final long serialVersionUID = 1L;

		PostProcessor() {
			this.advisor = new DefaultPointcutAdvisor(new AnnotationMatchingPointcut(null, Nowhere.class, true),
					(MethodInterceptor) (invocation) -> invocation.proceed());
		}

	}

	/** The way it is done in applications. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAspectJAutoProxy
	static class WithAspect {

		@Bean
		static AroundNowhere aroundNowhere() {
			return new AroundNowhere();
		}

	}

	@Aspect
	static class AroundNowhere {

		@Around("@annotation(io.cancelscope.benchmarks.micro.StartUp.Nowhere)"
				+ " || @within(io.cancelscope.benchmarks.micro.StartUp.Nowhere)")
		Object around(ProceedingJoinPoint joinPoint) throws Throwable {
			return joinPoint.proceed();
		}

	}

}
