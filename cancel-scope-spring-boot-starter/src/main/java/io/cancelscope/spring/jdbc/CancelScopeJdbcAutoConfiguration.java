package io.cancelscope.spring.jdbc;

import java.util.Set;

import javax.sql.DataSource;

import io.cancelscope.spring.BeanNamesCheck;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.SettingsCheck;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration that stops the statements of all {@link DataSource} beans when their
 * scope is cancelled.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnClass(DataSource.class)
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.jdbc.enabled" }, matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeJdbcProperties.class)
@ImportRuntimeHints(JdbcRuntimeHints.class)
public final class CancelScopeJdbcAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static DataSourceProxyingBeanPostProcessor dataSourceProxyingBeanPostProcessor(
			ObjectProvider<CancelScopeJdbcProperties> properties) {
		return new DataSourceProxyingBeanPostProcessor(properties::getObject);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static BookkeepingBeanPostProcessor bookkeepingBeanPostProcessor(
			ObjectProvider<CancelScopeJdbcProperties> properties, Environment environment,
			ResourceLoader resourceLoader) {
		Set<String> names = Binder.get(environment)
			.bind("cancel-scope.jdbc.bookkeeping-beans", Bindable.setOf(String.class))
			.orElseGet(Set::of);
		return new BookkeepingBeanPostProcessor(properties::getObject, names, resourceLoader.getClassLoader());
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static SettingsCheck cancelScopeBeanNamesCheck(CancelScopeJdbcProperties properties,
			ConfigurableListableBeanFactory beanFactory) {
		SettingsCheck excluded = new BeanNamesCheck("cancel-scope.jdbc.exclude-beans", properties.excludeBeans(),
				beanFactory, DataSource.class);
		SettingsCheck bookkeeping = new BeanNamesCheck("cancel-scope.jdbc.bookkeeping-beans",
				properties.bookkeepingBeans(), beanFactory);
		return (warning) -> {
			excluded.check(warning);
			bookkeeping.check(warning);
		};
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeJdbcFeature(ListableBeanFactory beanFactory) {
		if (beanFactory.getBeanNamesForType(DataSource.class, true, false).length > 0) {
			return CancelScopeFeature.named("jdbc");
		}
		String missing = "no DataSource bean: add spring-boot-starter-jdbc";
		boolean expected = ClassUtils.isPresent("org.springframework.jdbc.core.JdbcTemplate",
				CancelScopeJdbcAutoConfiguration.class.getClassLoader());
		return expected ? CancelScopeFeature.off("jdbc", missing) : CancelScopeFeature.unused("jdbc", missing);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(
			name = { "ch.qos.logback.classic.turbo.TurboFilter", "org.hibernate.engine.jdbc.spi.SqlExceptionHelper" })
	@ConditionalOnBooleanProperty(name = "cancel-scope.jdbc.silence-hibernate", matchIfMissing = true)
	static class HibernateLoggingConfiguration {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		HibernateWarnings cancelScopeHibernateWarnings() {
			return new HibernateWarnings();
		}

	}

}
