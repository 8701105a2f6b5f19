package io.cancelscope.spring.test;

import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.testing.ManualTime;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * The time of the tests, in front of the application's own.
 */
@Configuration(proxyBeanMethods = false)
class ManualTimeConfiguration {

	@Bean
	@Primary
	ManualTime manualTime() {
		return new ManualTime();
	}

	/** First, so that the application's own can decide otherwise. */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	CancelScopesCustomizer callbacksOnTheAdvancingThread(ManualTime time) {
		return (builder) -> builder.callbackExecutor(time.callbackExecutor());
	}

}
