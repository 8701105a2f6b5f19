package io.cancelscope.spring.aop;

import io.cancelscope.CancelScopes;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.ReturnValueAdapter;
import io.cancelscope.spring.ScopeNames;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.UsualTimes;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.util.function.SingletonSupplier;

/**
 * Weaving by a post-processor that puts advice around beans.
 */
@Configuration(proxyBeanMethods = false)
class AdvisorWeavingConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopedBeanPostProcessor cancelScopedBeanPostProcessor(ObjectProvider<CancelScopes> scopes,
			ObjectProvider<CancelScopeProperties> properties, ObjectProvider<ScopeSettings> settings,
			ObjectProvider<ReturnValueAdapter> adapters, ObjectProvider<TimeSource> time) {
		return new CancelScopedBeanPostProcessor(SingletonSupplier.of(scopes::getObject),
				SingletonSupplier.of(properties::getObject), SingletonSupplier.of(settings::getObject),
				SingletonSupplier.of(() -> adapters.orderedStream().toList()),
				SingletonSupplier.of(() -> new UsualTimes(time.getIfAvailable(TimeSource::system))));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ScopeNames cancelScopedNames(CancelScopedBeanPostProcessor processor,
			ConfigurableListableBeanFactory beanFactory) {
		return new CancelScopedNames(beanFactory, processor.operations());
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AsyncScopesBeanPostProcessor cancelScopeAsyncScopesBeanPostProcessor() {
		return new AsyncScopesBeanPostProcessor(null);
	}

}
