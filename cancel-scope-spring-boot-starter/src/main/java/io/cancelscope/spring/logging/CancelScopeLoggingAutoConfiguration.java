package io.cancelscope.spring.logging;

import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import org.slf4j.MDC;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of log lines and of the logging context.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
@EnableConfigurationProperties(CancelScopeLoggingProperties.class)
public final class CancelScopeLoggingAutoConfiguration {

	/**
	 * Log lines for deadlines that have passed.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "cancel-scope.logging.enabled", matchIfMissing = true)
	static class DeadlineLogConfiguration {

		@Bean
		DeadlineLogger cancelScopeDeadlineLogger(ObjectProvider<TimeSource> timeSource,
				CancelScopeLoggingProperties properties) {
			return new DeadlineLogger(timeSource.getIfAvailable(TimeSource::system), properties.interval());
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static CancelScopeFeature cancelScopeLoggingFeature() {
			return CancelScopeFeature.named("logging");
		}

	}

	/**
	 * The scope's name in the logging context.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MDC.class)
	@ConditionalOnBooleanProperty("cancel-scope.logging.mdc")
	static class MdcConfiguration {

		@Bean
		MdcScopeListener cancelScopeNameInMdc() {
			return new MdcScopeListener();
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static CancelScopeFeature cancelScopeMdcFeature() {
			return new CancelScopeFeature("logging", "mdc");
		}

	}

}
