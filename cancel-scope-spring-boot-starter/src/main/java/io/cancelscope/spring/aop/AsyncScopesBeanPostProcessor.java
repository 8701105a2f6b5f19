package io.cancelscope.spring.aop;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.scheduling.annotation.AsyncAnnotationAdvisor;
import org.springframework.util.ClassUtils;

/**
 * Puts the advice of {@code @CancelScoped} outside of that of {@code @Async}, and its
 * other half, which runs the body, directly inside. Where the aspect weaves, whose advice
 * lies further in, this adds both halves.
 * <p>
 * Order: post-processors without an order run after all that have one. So the other
 * advices are there by now, and it does not matter which order {@code @EnableAsync} has.
 */
final class AsyncScopesBeanPostProcessor implements BeanPostProcessor, AopInfrastructureBean {

	/** What the aspect calls; null where a post-processor weaves. */
	private final @Nullable CancelScopedInterceptor ofAspect;

	AsyncScopesBeanPostProcessor(@Nullable CancelScopedInterceptor ofAspect) {
		this.ofAspect = ofAspect;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof Advised advised && !advised.isFrozen()) {
			for (Advisor advisor : advised.getAdvisors()) {
				if (advisor instanceof AsyncAnnotationAdvisor async) {
					arrange(advised, async);
					break;
				}
			}
		}
		return bean;
	}

	private void arrange(Advised advised, AsyncAnnotationAdvisor async) {
		PointcutAdvisor scoped = null;
		for (Advisor advisor : advised.getAdvisors()) {
			if (advisor instanceof PointcutAdvisor found && advisor.getAdvice() instanceof CancelScopedInterceptor) {
				scoped = found;
			}
		}
		int place = advised.indexOf(async);
		if (scoped == null && this.ofAspect != null) {
			arrange(advised, place, this.ofAspect, new AspectPointcut(new AsyncMethods(async.getPointcut())), async);
		}
		else if (scoped != null && scoped.getAdvice() instanceof CancelScopedInterceptor interceptor
				&& !interceptor.isAroundAsync()) {
			place = Math.min(place, advised.indexOf(scoped));
			advised.removeAdvisor(scoped);
			arrange(advised, place, interceptor, scoped.getPointcut(), async);
		}
	}

	private static void arrange(Advised advised, int place, CancelScopedInterceptor interceptor, Pointcut scoped,
			AsyncAnnotationAdvisor async) {
		Pointcut methods = async.getPointcut();
		advised.addAdvisor(place, new DefaultPointcutAdvisor(scoped, interceptor.around(new AsyncMethods(methods))));
		advised.addAdvisor(advised.indexOf(async) + 1,
				new DefaultPointcutAdvisor(methods, new ScopedBodyInterceptor()));
	}

	/**
	 * The {@code @Async} methods that the aspect reaches. It opens the scopes of others.
	 */
	private static final class AspectPointcut extends StaticMethodMatcherPointcut {

		private final AsyncMethods async;

		AspectPointcut(AsyncMethods async) {
			this.async = async;
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			Method specific = AopUtils.getMostSpecificMethod(method, ClassUtils.getUserClass(targetClass));
			return CancelScopedSource.isSeenByAspect(specific) && this.async.cover(method, targetClass);
		}

	}

}
