package io.cancelscope.spring.test;

import java.util.List;

import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScopesCustomizer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Lets {@link NoScopeLeaks} watch the {@code CancelScopes} bean of the tests that have
 * it. Only of those: others may share their contexts with each other as before.
 */
class NoScopeLeaksContextCustomizerFactory implements ContextCustomizerFactory {

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> configAttributes) {
		return isWatched(testClass) ? new Watching() : null;
	}

	private static boolean isWatched(Class<?> testClass) {
		return MergedAnnotations.search(SearchStrategy.TYPE_HIERARCHY)
			.withEnclosingClasses(TestContextAnnotationUtils::searchEnclosingClass)
			.from(testClass)
			.stream(ExtendWith.class)
			.anyMatch((extendWith) -> List.of(extendWith.getClassArray("value")).contains(NoScopeLeaks.class));
	}

	/** All of them are equal, so the contexts are shared. */
	private record Watching() implements ContextCustomizer {

		private static final String NAME = "noScopeLeaksCustomizer";

		@Override
		public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration config) {
			if (context.getBeanFactory() instanceof BeanDefinitionRegistry registry
					&& !registry.containsBeanDefinition(NAME)) {
				RootBeanDefinition definition = new RootBeanDefinition(LeakCustomizer.class);
				definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
				registry.registerBeanDefinition(NAME, definition);
			}
		}

	}

	/** Hands the listener to the bean. */
	static final class LeakCustomizer implements CancelScopesCustomizer {

		@Override
		public void customize(CancelScopes.Builder builder) {
			builder.listener(NoScopeLeaks.listener());
		}

	}

}
