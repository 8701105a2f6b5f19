package io.cancelscope.spring.observemode;

import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.CancelScopesCustomizer;
import io.cancelscope.spring.ScopeSettings;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of observe mode, in which scopes are not cancelled.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class,
		afterName = "io.cancelscope.spring.budget.CancelScopeBudgetAutoConfiguration")
@ConditionalOnBooleanProperty(name = "cancel-scope.enabled", matchIfMissing = true)
@Conditional(OnObserveMode.class)
public final class CancelScopeObserveModeAutoConfiguration {

	/** A listener, and so told by the scopes' bean what it is to count. */
	@Bean
	@ConditionalOnMissingBean
	ObservedCancellations observedCancellations(ObjectProvider<TimeSource> timeSource) {
		return new ObservedCancellations(timeSource.getIfAvailable(TimeSource::system));
	}

	@Bean
	CancelScopesCustomizer observedScopesCustomizer(ScopeSettings settings) {
		return (builder) -> builder.observe(new ObservedNames(settings));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeObserveFeature() {
		return CancelScopeFeature.named("observe");
	}

}
