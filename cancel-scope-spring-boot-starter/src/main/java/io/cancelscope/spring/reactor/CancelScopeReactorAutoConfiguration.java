package io.cancelscope.spring.reactor;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.ReturnValueAdapter;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of scopes for {@code @CancelScoped} methods that return reactive
 * types.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnClass(Flux.class)
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
public final class CancelScopeReactorAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ReturnValueAdapter cancelScopeReactiveAdapter() {
		return new ReactiveResultAdapter();
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeReactorFeature() {
		return CancelScopeFeature.named("reactor");
	}

}
