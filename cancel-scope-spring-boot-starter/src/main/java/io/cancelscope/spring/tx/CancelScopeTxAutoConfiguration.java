package io.cancelscope.spring.tx;

import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.transaction.ConfigurableTransactionManager;

/**
 * Auto-configuration that rolls back the transaction of a cancelled scope instead of
 * committing it.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnClass(ConfigurableTransactionManager.class)
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.tx.enabled" }, matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeTxProperties.class)
public final class CancelScopeTxAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	@ConditionalOnBooleanProperty(name = "cancel-scope.tx.check-before-commit", matchIfMissing = true)
	static CommitCheckingBeanPostProcessor commitCheckingBeanPostProcessor() {
		return new CommitCheckingBeanPostProcessor();
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "cancel-scope.tx.check-before-commit", matchIfMissing = true)
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeTxFeature() {
		return CancelScopeFeature.named("tx");
	}

}
