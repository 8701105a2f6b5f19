package io.cancelscope.spring.r2dbc;

import io.cancelscope.spring.BeanNamesCheck;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.SettingsCheck;
import io.r2dbc.spi.ConnectionFactory;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration that stops the statements of all {@link ConnectionFactory} beans
 * when their scope is cancelled.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnClass({ ConnectionFactory.class, Flux.class })
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.r2dbc.enabled" }, matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeR2dbcProperties.class)
@ImportRuntimeHints(R2dbcRuntimeHints.class)
public final class CancelScopeR2dbcAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ConnectionFactoryProxyingBeanPostProcessor connectionFactoryProxyingBeanPostProcessor(
			ObjectProvider<CancelScopeR2dbcProperties> properties, Environment environment) {
		boolean checkCommit = isOn(environment, "cancel-scope.tx.enabled")
				&& isOn(environment, "cancel-scope.tx.check-before-commit");
		return new ConnectionFactoryProxyingBeanPostProcessor(properties::getObject, checkCommit);
	}

	private static boolean isOn(Environment environment, String property) {
		return environment.getProperty(property, Boolean.class, Boolean.TRUE);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static SettingsCheck cancelScopeR2dbcBeanNamesCheck(CancelScopeR2dbcProperties properties,
			ConfigurableListableBeanFactory beanFactory) {
		return new BeanNamesCheck("cancel-scope.r2dbc.exclude-beans", properties.excludeBeans(), beanFactory,
				ConnectionFactory.class);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeR2dbcFeature(ListableBeanFactory beanFactory) {
		return (beanFactory.getBeanNamesForType(ConnectionFactory.class, true, false).length > 0)
				? CancelScopeFeature.named("r2dbc")
				: CancelScopeFeature.unused("r2dbc", "no ConnectionFactory bean: add spring-boot-starter-r2dbc");
	}

}
