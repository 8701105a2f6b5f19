package io.cancelscope.spring.future;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.LateResultHandler;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of scopes for {@code @CancelScoped} methods that return futures.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
public final class CancelScopeFutureAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static FutureAdapter cancelScopeFutureAdapter(ObjectProvider<LateResultHandler> handlers) {
		return new FutureAdapter(new LateResults(handlers));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeFutureFeature() {
		return CancelScopeFeature.named("future");
	}

}
