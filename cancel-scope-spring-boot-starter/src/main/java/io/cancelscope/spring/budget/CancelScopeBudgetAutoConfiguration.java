package io.cancelscope.spring.budget;

import com.zaxxer.hikari.HikariDataSource;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.AsideThreads;
import io.cancelscope.spring.BudgetChanges;
import io.cancelscope.spring.BudgetCommands;
import io.cancelscope.spring.CancelScopeAutoConfiguration;
import io.cancelscope.spring.CancelScopeFeature;
import io.cancelscope.spring.ScopeNames;
import io.cancelscope.spring.ScopeSettings;
import org.HdrHistogram.Histogram;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.invoke.OperationInvokerAdvisor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the endpoint {@code cancelbudgets}. Calls are learnt only if the
 * endpoint is available. Budgets can be changed only if access to it is unrestricted.
 */
@AutoConfiguration(after = CancelScopeAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class, Histogram.class })
@ConditionalOnBooleanProperty(name = { "cancel-scope.enabled", "cancel-scope.budget.enabled" }, matchIfMissing = true)
@ConditionalOnAvailableEndpoint(CancelBudgetsEndpoint.class)
@EnableConfigurationProperties(CancelScopeBudgetProperties.class)
@RegisterReflectionForBinding({ BudgetsDescriptor.class, BudgetDescriptor.class, RefusedChange.class })
public final class CancelScopeBudgetAutoConfiguration {

	@Bean
	LearntBudgets cancelScopeLearntBudgets(ObjectProvider<TimeSource> timeSource,
			CancelScopeBudgetProperties properties) {
		return new LearntBudgets(timeSource.getIfAvailable(TimeSource::system), properties);
	}

	@Bean
	RefusedCalls cancelScopeRefusedCalls(ObjectProvider<TimeSource> timeSource,
			CancelScopeBudgetProperties properties) {
		return new RefusedCalls(timeSource.getIfAvailable(TimeSource::system), properties);
	}

	@Bean
	@ConditionalOnMissingBean
	CancelBudgetsEndpoint cancelBudgetsEndpoint(LearntBudgets learnt, RefusedCalls refused,
			CancelScopeBudgetProperties properties, ScopeSettings settings, ObjectProvider<ScopeNames> names,
			OuterTimeouts timeouts, ObjectProvider<BudgetChanges> changes) {
		BudgetReport report = new BudgetReport(learnt, refused, properties, settings,
				() -> names.orderedStream().toList(), timeouts);
		if (properties.check()) {
			learnt
				.onTurn(new BudgetCheck(report::hints, AsideThreads.create("cancel-scope-budget-check-"))::partBegins);
		}
		return new CancelBudgetsEndpoint(report, changes::getIfAvailable);
	}

	@Bean
	OuterTimeouts cancelScopeOuterTimeouts(Environment environment, ScopeSettings settings,
			CancelScopeBudgetProperties properties, ObjectProvider<ScopeNames> names,
			ObjectProvider<OwnTimeouts> timeouts) {
		return new OuterTimeouts(environment, settings, () -> names.orderedStream().toList(),
				() -> timeouts.orderedStream().toList(), properties.check());
	}

	@Bean
	OwnTimeouts cancelScopeBootTimeouts(Environment environment) {
		return new BootTimeouts(environment);
	}

	@Bean
	@ConditionalOnMissingBean
	@Conditional(OnChangeableBudgets.class)
	BudgetChanges cancelScopeBudgetChanges(ScopeSettings settings, ObjectProvider<TimeSource> timeSource,
			ObjectProvider<BudgetCommands> nodes) {
		return new BudgetChanges(settings, timeSource.getIfAvailable(TimeSource::system), nodes::getIfAvailable);
	}

	@Bean
	@Conditional(OnChangeableBudgets.class)
	OperationInvokerAdvisor cancelBudgetsForParameter() {
		return new ForParameter();
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint(endpoint = CancelBudgetsEndpoint.class, exposure = EndpointExposure.WEB)
	CancelBudgetsEndpointWebExtension cancelBudgetsEndpointWebExtension(CancelBudgetsEndpoint endpoint) {
		return new CancelBudgetsEndpointWebExtension(endpoint);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopeFeature cancelScopeBudgetFeature() {
		return CancelScopeFeature.named("budget");
	}

	/** Auto-configuration of what is known about the pool of JDBC connections. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HikariDataSource.class)
	static class HikariConfiguration {

		@Bean
		OwnTimeouts cancelScopeHikariTimeouts(ConfigurableListableBeanFactory beanFactory) {
			return new HikariTimeouts(beanFactory);
		}

	}

}
