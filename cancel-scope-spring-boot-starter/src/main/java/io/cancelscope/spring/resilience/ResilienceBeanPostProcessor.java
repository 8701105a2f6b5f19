package io.cancelscope.spring.resilience;

import io.cancelscope.CancelScope;
import org.aopalliance.aop.Advice;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationEventPublisherAware;
import org.springframework.context.EmbeddedValueResolverAware;
import org.springframework.resilience.annotation.ConcurrencyLimitBeanPostProcessor;
import org.springframework.resilience.annotation.RetryAnnotationBeanPostProcessor;
import org.springframework.resilience.retry.AbstractRetryInterceptor;
import org.springframework.util.StringValueResolver;

/**
 * Keeps the waits of {@code @ConcurrencyLimit} and {@code @Retryable} within the
 * {@linkplain CancelScope#current() current scope}.
 * <p>
 * Order: post-processors without an order run after all that have one, so Spring's advice
 * is in the proxy by now.
 */
final class ResilienceBeanPostProcessor implements BeanPostProcessor, AopInfrastructureBean, EmbeddedValueResolverAware,
		ApplicationEventPublisherAware {

	private static final boolean RETRIES_KNOWN = ResilienceInternals.knowRetries(RetryAnnotationBeanPostProcessor.class,
			ScopedRetryInterceptor.isPossible());

	private static final boolean LIMITS_KNOWN = ResilienceInternals.knowLimits(ConcurrencyLimitBeanPostProcessor.class);

	private @Nullable StringValueResolver values;

	private @Nullable ApplicationEventPublisher events;

	@Override
	public void setEmbeddedValueResolver(StringValueResolver resolver) {
		this.values = resolver;
	}

	@Override
	public void setApplicationEventPublisher(ApplicationEventPublisher publisher) {
		this.events = publisher;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof Advised advised && !advised.isFrozen()) {
			boolean limited = isLimited(advised);
			for (Advisor advisor : advised.getAdvisors()) {
				if (advisor instanceof PointcutAdvisor found) {
					limit(advised, found, limited);
				}
			}
		}
		return bean;
	}

	private static boolean isLimited(Advised advised) {
		for (Advisor advisor : advised.getAdvisors()) {
			if (advisor.getAdvice() instanceof LimitWaitInterceptor) {
				return true;
			}
		}
		return false;
	}

	private void limit(Advised advised, PointcutAdvisor advisor, boolean limited) {
		Advice advice = advisor.getAdvice();
		Class<?> owner = advice.getClass().getEnclosingClass();
		if (owner == ConcurrencyLimitBeanPostProcessor.class && LIMITS_KNOWN && !limited) {
			advised.addAdvisor(advised.indexOf(advisor),
					new DefaultPointcutAdvisor(advisor.getPointcut(), new LimitWaitInterceptor(this.values)));
		}
		else if (owner == RetryAnnotationBeanPostProcessor.class && advice instanceof AbstractRetryInterceptor retries
				&& RETRIES_KNOWN) {
			advised.replaceAdvisor(advisor, new DefaultPointcutAdvisor(advisor.getPointcut(),
					new ScopedRetryInterceptor(retries, this.events)));
		}
	}

}
