package io.cancelscope.spring.aop;

import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.scheduling.annotation.AsyncAnnotationAdvisor;

/**
 * Puts the advice of {@code @CancelScoped} outside of that of {@code @Async}, and its
 * other half, which runs the body, directly inside.
 * <p>
 * Order: post-processors without an order run after all that have one. So both advices
 * are there by now, and it does not matter which order {@code @EnableAsync} has.
 */
final class AsyncScopesBeanPostProcessor implements BeanPostProcessor, AopInfrastructureBean {

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof Advised advised && !advised.isFrozen()) {
			arrange(advised);
		}
		return bean;
	}

	private static void arrange(Advised advised) {
		AsyncAnnotationAdvisor async = null;
		Advisor scoped = null;
		for (Advisor advisor : advised.getAdvisors()) {
			if (advisor instanceof AsyncAnnotationAdvisor found) {
				async = found;
			}
			else if (advisor.getAdvice() instanceof CancelScopedInterceptor) {
				scoped = advisor;
			}
		}
		if (async != null && scoped instanceof PointcutAdvisor found
				&& scoped.getAdvice() instanceof CancelScopedInterceptor interceptor && !interceptor.isAroundAsync()) {
			arrange(advised, async, found, interceptor);
		}
	}

	private static void arrange(Advised advised, AsyncAnnotationAdvisor async, PointcutAdvisor scoped,
			CancelScopedInterceptor interceptor) {
		Pointcut methods = async.getPointcut();
		int place = Math.min(advised.indexOf(scoped), advised.indexOf(async));
		advised.removeAdvisor(scoped);
		advised.addAdvisor(place,
				new DefaultPointcutAdvisor(scoped.getPointcut(), interceptor.around(new AsyncMethods(methods))));
		advised.addAdvisor(advised.indexOf(async) + 1,
				new DefaultPointcutAdvisor(methods, new ScopedBodyInterceptor()));
	}

}
