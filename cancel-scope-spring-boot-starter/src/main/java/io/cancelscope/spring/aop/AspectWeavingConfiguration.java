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
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.EmbeddedValueResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.util.function.SingletonSupplier;

/**
 * Weaving by the aspect, and a post-processor that only checks.
 */
@Configuration(proxyBeanMethods = false)
class AspectWeavingConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopedSource cancelScopedSource() {
		return new CancelScopedSource();
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopedOperations cancelScopedOperations(CancelScopedSource source, ConfigurableBeanFactory beanFactory,
			ObjectProvider<ScopeSettings> settings, ObjectProvider<ReturnValueAdapter> adapters,
			ObjectProvider<TimeSource> time) {
		return new CancelScopedOperations(source,
				new CancelScopedResolver(new EmbeddedValueResolver(beanFactory),
						SingletonSupplier.of(settings::getObject),
						SingletonSupplier.of(() -> adapters.orderedStream().toList()),
						SingletonSupplier.of(() -> new UsualTimes(time.getIfAvailable(TimeSource::system)))));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopedInterceptor cancelScopedInterceptor(CancelScopedOperations operations,
			ObjectProvider<CancelScopes> scopes) {
		return new CancelScopedInterceptor(operations,
				new CancelScopedInvoker(SingletonSupplier.of(scopes::getObject)));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopedCheckingBeanPostProcessor cancelScopedCheckingBeanPostProcessor(CancelScopedSource source,
			CancelScopedOperations operations, CancelScopedInterceptor interceptor,
			ObjectProvider<CancelScopeProperties> properties) {
		return new CancelScopedCheckingBeanPostProcessor(source, operations, interceptor,
				SingletonSupplier.of(properties::getObject));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ScopeNames cancelScopedNames(CancelScopedOperations operations,
			ConfigurableListableBeanFactory beanFactory) {
		return new CancelScopedNames(beanFactory, operations);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static AsyncScopesBeanPostProcessor cancelScopeAsyncScopesBeanPostProcessor(CancelScopedInterceptor interceptor) {
		return new AsyncScopesBeanPostProcessor(interceptor);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static CancelScopedAspect cancelScopedAspect(CancelScopedInterceptor interceptor,
			ObjectProvider<CancelScopeProperties> properties) {
		return new CancelScopedAspect(interceptor::invokeUnlessWoven, () -> properties.getObject().aspect().order());
	}

}
