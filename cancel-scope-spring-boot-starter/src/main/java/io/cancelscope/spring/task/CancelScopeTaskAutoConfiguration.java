package io.cancelscope.spring.task;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration that propagates scopes to {@code @Async} methods and to tasks of
 * Spring's executors. It declares no executor, because Spring Boot would then not create
 * its own.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class,
		afterName = "io.cancelscope.spring.aop.CancelScopeAopAutoConfiguration") // whose
// scopes are
// carried
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.task.enabled" }, matchIfMissing = true)
public final class CancelScopeTaskAutoConfiguration {

	/**
	 * The first in order is the innermost, and the only one to see the task as it is. As
	 * a fallback it leaves injection of a single decorator to the user's own.
	 */
	@Bean
	@Fallback
	@Order(Ordered.HIGHEST_PRECEDENCE)
	CancelScopeTaskDecorator cancelScopeTaskDecorator() {
		return new CancelScopeTaskDecorator();
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AsyncScopePropagationBeanPostProcessor asyncScopePropagationBeanPostProcessor() {
		return new AsyncScopePropagationBeanPostProcessor();
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeTaskFeature() {
		return CancelScopeFeature.named("task");
	}

}
