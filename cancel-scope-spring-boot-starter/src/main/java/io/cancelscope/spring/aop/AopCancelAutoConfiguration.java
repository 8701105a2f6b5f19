package io.cancelscope.spring.aop;

import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.ReturnValueAdapter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.util.function.SingletonSupplier;

/**
 * Auto-configuration that weaves {@code @CancelScoped} into beans.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
public final class AopCancelAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopedBeanPostProcessor cancelScopedBeanPostProcessor(ObjectProvider<CancelScopes> scopes,
			ObjectProvider<CancelScopeProperties> properties, ObjectProvider<ReturnValueAdapter> adapters) {
		return new CancelScopedBeanPostProcessor(SingletonSupplier.of(scopes::getObject),
				SingletonSupplier.of(properties::getObject),
				SingletonSupplier.of(() -> adapters.orderedStream().toList()));
	}

}
