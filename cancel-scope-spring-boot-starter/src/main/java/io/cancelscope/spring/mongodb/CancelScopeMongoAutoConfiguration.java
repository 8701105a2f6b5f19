package io.cancelscope.spring.mongodb;

import com.mongodb.MongoClientSettings;
import io.cancelscope.spring.BeanNamesCheck;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.SettingsCheck;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration that ends operations of all {@code MongoClient} beans with their
 * scope. Off by default, because the drivers mark the timeouts that it uses as alpha.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnClass(MongoClientSettings.class)
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty("cancel-scope.mongodb.enabled")
@EnableConfigurationProperties(CancelScopeMongoProperties.class)
public final class CancelScopeMongoAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static MongoClientBeanPostProcessor cancelScopeMongoClientBeanPostProcessor(
			ObjectProvider<CancelScopeMongoProperties> properties) {
		return new MongoClientBeanPostProcessor(properties::getObject);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static SettingsCheck cancelScopeMongoBeanNamesCheck(CancelScopeMongoProperties properties,
			ConfigurableListableBeanFactory beanFactory) {
		return new BeanNamesCheck("cancel-scope.mongodb.exclude-beans", properties.excludeBeans(), beanFactory,
				MongoClientBeanPostProcessor.clientTypes());
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeMongoFeature() {
		return new CancelScopeFeature("mongodb", "by the driver's timeouts, which are alpha");
	}

}
