package io.cancelscope.spring.task;

import java.util.Arrays;
import java.util.List;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.InvocationScope;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.scheduling.annotation.AsyncAnnotationAdvisor;

/**
 * Takes the caller's scope along with each call of an {@code @Async} method, whatever
 * executor runs it. The call itself carries it: advice outside of {@code @Async} puts the
 * scope into the invocation, and advice just inside, on the worker, takes it out.
 * <p>
 * Post-processors without an order run after all that have one, so {@code @EnableAsync}
 * has done its work by then: this one puts its advice around the advisor it finds, with
 * that one's pointcut. It makes no proxy of its own.
 */
final class AsyncScopePropagationBeanPostProcessor implements BeanPostProcessor, AopInfrastructureBean {

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof Advised advised && !advised.isFrozen()) {
			List<Advisor> advisors = Arrays.asList(advised.getAdvisors());
			for (Advisor advisor : advisors) {
				if (advisor instanceof AsyncAnnotationAdvisor async && !isCarried(advisors)) {
					surround(advised, async);
					break;
				}
			}
		}
		return bean;
	}

	private static boolean isCarried(List<Advisor> advisors) {
		return advisors.stream().anyMatch((advisor) -> advisor.getAdvice() instanceof Capture);
	}

	private static void surround(Advised advised, AsyncAnnotationAdvisor async) {
		int index = advised.indexOf(async);
		advised.addAdvisor(index + 1, new DefaultPointcutAdvisor(async.getPointcut(), new Restore()));
		advised.addAdvisor(index, new DefaultPointcutAdvisor(async.getPointcut(), new Capture()));
	}

	/** Runs on the caller's thread. */
	private static final class Capture implements MethodInterceptor {

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			if (invocation instanceof ProxyMethodInvocation call && CancelScope.current() instanceof OpenScope scope) {
				tellThatWorkMayOutlive(scope);
				InvocationScope.put(call, scope);
			}
			return invocation.proceed();
		}

		/**
		 * A scope that has carried work judges at its end whether it was cancelled, so it
		 * has to know now, not when the worker gets to it. Wrapping tells it.
		 */
		private static void tellThatWorkMayOutlive(OpenScope scope) {
			scope.wrap((Runnable) () -> {
			});
		}

	}

	/** Runs on the worker. */
	private static final class Restore implements MethodInterceptor {

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			CancelScope scope = InvocationScope.of(invocation);
			if (scope == null) {
				return invocation.proceed();
			}
			CancelScope.Registration attachment = scope.attach();
			try (attachment) {
				return invocation.proceed();
			}
		}

	}

}
