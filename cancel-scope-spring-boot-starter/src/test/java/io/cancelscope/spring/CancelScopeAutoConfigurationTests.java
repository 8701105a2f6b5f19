package io.cancelscope.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.tngtech.archunit.core.domain.JavaClass;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration;
import io.cancelscope.spring.future.CancelScopeFutureAutoConfiguration;
import io.cancelscope.spring.task.CancelScopeTaskAutoConfiguration;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class CancelScopeAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(CancelScopeAutoConfiguration.class, CancelScopeAopAutoConfiguration.class,
					CancelScopeFutureAutoConfiguration.class, CancelScopeTaskAutoConfiguration.class));

	@Test
	void scopesAreThereByDefault() {
		this.runner.run((context) -> {
			OpenScope scope = context.getBean(CancelScopes.class).open(ScopeOptions.timeout(Duration.ofHours(1)));
			try (scope) {
				assertThat(scope.remaining()).hasValueSatisfying((left) -> assertThat(left).isPositive());
			}
		});
	}

	@Test
	void nothingIsThereWhereThePropertyIsOff() {
		this.runner.withPropertyValues("cancel-scope.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(CancelScopes.class);
			assertThat(context.getBeanDefinitionNames()).noneMatch((name) -> name.contains("cancel"));
		});
	}

	@Test
	void usersScopesWin() {
		CancelScopes users = CancelScopes.create();
		this.runner.withBean(CancelScopes.class, () -> users)
			.run((context) -> assertThat(context.getBean(CancelScopes.class)).isSameAs(users));
	}

	@Test
	void usersTimeSourceListenersAndCustomizersAreTaken() {
		ManualTime time = new ManualTime();
		List<String> trail = new ArrayList<>();
		this.runner.withBean(TimeSource.class, () -> time)
			.withBean("first", CancelScopeListener.class, () -> listener("first", trail))
			.withBean("second", CancelScopeListener.class, () -> listener("second", trail))
			.withBean(CancelScopesCustomizer.class, () -> (builder) -> builder.listener(listener("customized", trail)))
			.run((context) -> {
				OpenScope scope = context.getBean(CancelScopes.class).open(ScopeOptions.timeout(Duration.ofSeconds(1)));
				try (scope) {
					time.advance(Duration.ofSeconds(1));
					assertThat(scope.isCancelled()).isTrue();
				}
				assertThat(trail).containsExactly("first", "second", "customized");
			});
	}

	@Test
	void lazyInitializationWeavesAllTheSame() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withBean(Service.class)
			.run((context) -> assertThat(context.getBean(Service.class).scope()).isEqualTo("Service.scope"));
	}

	@Test
	void allAutoConfigurationsAreListed() {
		List<String> written = StarterClasses.ALL.stream()
			.filter((type) -> type.isAnnotatedWith(AutoConfiguration.class))
			.map(JavaClass::getName)
			.toList();

		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()).getCandidates())
			.filteredOn((name) -> name.startsWith("io.cancelscope."))
			.containsExactlyInAnyOrderElementsOf(written)
			.hasSizeGreaterThan(5);
	}

	private static CancelScopeListener listener(String word, List<String> trail) {
		return new CancelScopeListener() {
			@Override
			public void opened(CancelScope scope) {
				trail.add(word);
			}
		};
	}

	static class Service {

		@CancelScoped("1s")
		String scope() {
			return CancelScope.current().name();
		}

	}

}
