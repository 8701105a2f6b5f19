package io.cancelscope.spring.aop;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Contexts that start without something, late, below another, or again.
 */
class ContextLifeTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class, AopAutoConfiguration.class));

	@Test
	void advisorNeedsNoAutoProxying() {
		this.runner.withPropertyValues("spring.aop.auto=false")
			.withBean(Desk.class)
			.run((context) -> assertThat(context.getBean(Supplier.class).get()).isEqualTo("Desk.get"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void lazyBeansAreWoven(String weaving) {
		try (ConfigurableApplicationContext context = start("--spring.main.lazy-initialization=true",
				"--cancel-scope.weaving=" + weaving)) {
			assertThat(context.getBeanFactory().containsSingleton("desk")).isFalse();
			assertThat(context.getBean(Desk.class).get()).isEqualTo("Desk.get");
		}
	}

	@Test
	void childWithTheStarterIsWovenAndSharesTheScopesOfItsParent() {
		this.runner.withBean(Desk.class)
			.run((parent) -> this.runner.withParent(parent).withBean("childsDesk", ChildsDesk.class).run((child) -> {
				assertThat(child.getBean(ChildsDesk.class).get()).isEqualTo("ChildsDesk.get");
				assertThat(parent.getBean(Desk.class).get()).isEqualTo("Desk.get");
				assertThat(child.getBean(CancelScopes.class)).isSameAs(parent.getBean(CancelScopes.class));
			}));
	}

	/** Post-processors are of one context; a child without its own stays as it is. */
	@Test
	void childWithoutTheStarterIsNotWoven() {
		this.runner.run((parent) -> new ApplicationContextRunner().withParent(parent)
			.withBean(Desk.class)
			.run((child) -> assertThat(child.getBean(Desk.class).get()).isEqualTo("root")));
	}

	@Test
	void parentStaysWovenAfterItsChildHasClosed() {
		this.runner.withBean(Desk.class).run((parent) -> {
			this.runner.withParent(parent)
				.withBean("childsDesk", ChildsDesk.class)
				.run((child) -> assertThat(child.getBean(ChildsDesk.class).get()).isEqualTo("ChildsDesk.get"));

			assertThat(parent.getBean(Desk.class).get()).isEqualTo("Desk.get");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "advisor", "aspect" })
	void nothingKeepsWhatARestartHasReplaced(String weaving) throws Exception {
		List<WeakReference<?>> references = new ArrayList<>();

		for (int i = 0; i < 2; i++) {
			references.addAll(startInARestartClassLoader(weaving));
		}

		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
		while (references.stream().anyMatch((reference) -> reference.get() != null) && System.nanoTime() - end < 0) {
			System.gc();
		}
		assertThat(references).hasSize(4).allMatch((reference) -> reference.get() == null);
	}

	/**
	 * As devtools does: the application's classes are loaded anew, the starter's stay.
	 */
	private static List<WeakReference<?>> startInARestartClassLoader(String weaving) throws Exception {
		ClassLoader before = Thread.currentThread().getContextClassLoader();
		ClassLoader loader = new Restarted(before);
		Thread.currentThread().setContextClassLoader(loader);
		try {
			Class<?> application = loader.loadClass(Application.class.getName());
			assertThat(application).isNotEqualTo(Application.class);
			SpringApplication spring = new SpringApplication(application);
			spring.setWebApplicationType(WebApplicationType.NONE);
			try (ConfigurableApplicationContext context = spring.run("--cancel-scope.weaving=" + weaving)) {
				Supplier<?> desk = (Supplier<?>) context.getBean("desk");
				assertThat(desk.get()).isEqualTo("Desk.get");
				return List.of(new WeakReference<>(context), new WeakReference<>(desk));
			}
		}
		finally {
			Thread.currentThread().setContextClassLoader(before);
		}
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		return application.run(arguments);
	}

	/** Loads the application's classes itself. */
	static class Restarted extends ClassLoader {

		Restarted(ClassLoader parent) {
			super(parent);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(ContextLifeTests.class.getName())) {
				return super.loadClass(name, resolve);
			}
			Class<?> loaded = findLoadedClass(name);
			return (loaded != null) ? loaded : define(name);
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
				byte[] bytes = in.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

	public static class Desk implements Supplier<String> {

		@Override
		@CancelScoped("1h")
		public String get() {
			return CancelScope.current().name();
		}

	}

	public static class ChildsDesk {

		@CancelScoped("1h")
		public String get() {
			return CancelScope.current().name();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
			AopAutoConfiguration.class })
	public static class Application {

		@Bean
		Desk desk() {
			return new Desk();
		}

	}

}
