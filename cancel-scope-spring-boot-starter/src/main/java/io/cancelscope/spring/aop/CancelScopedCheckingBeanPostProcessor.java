package io.cancelscope.spring.aop;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.cancelscope.spring.CancelScopeProperties;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.util.ClassUtils;

/**
 * Checks what the annotations of a bean say where the aspect is what weaves: mistakes
 * come to light when the bean is made, and so do annotations that the aspect does not
 * reach. Changes no bean; comes last, when the proxy is there to be looked at.
 */
final class CancelScopedCheckingBeanPostProcessor
		implements BeanPostProcessor, Ordered, DisposableBean, AopInfrastructureBean {

	private final CancelScopedSource source;

	private final CancelScopedOperations operations;

	private final CancelScopedInterceptor interceptor;

	private final Supplier<CancelScopeProperties> properties;

	private final Map<Set<Class<?>>, Boolean> seen = new ConcurrentHashMap<>();

	CancelScopedCheckingBeanPostProcessor(CancelScopedSource source, CancelScopedOperations operations,
			CancelScopedInterceptor interceptor, Supplier<CancelScopeProperties> properties) {
		this.source = source;
		this.operations = operations;
		this.interceptor = interceptor;
		this.properties = properties;
		LoadTimeWovenClasses.enter(interceptor);
	}

	@Override
	public void destroy() {
		LoadTimeWovenClasses.leave(this.interceptor);
	}

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof AopInfrastructureBean)) {
			Class<?> userClass = ClassUtils.getUserClass(AopUtils.getTargetClass(bean));
			if (this.source.isCandidate(bean, userClass)) {
				checkOnce(bean, beanName, userClass, CancelScopedMethods.typesOf(bean, userClass));
			}
		}
		return bean;
	}

	private void checkOnce(Object bean, String beanName, Class<?> userClass, Set<Class<?>> types) {
		if (!this.seen.containsKey(types)) {
			check(bean, beanName, userClass, types);
			this.seen.put(types, Boolean.TRUE);
		}
	}

	private void check(Object bean, String beanName, Class<?> userClass, Set<Class<?>> types) {
		boolean extended = !AopUtils.isJdkDynamicProxy(bean);
		CancelScopedMethods methods = CancelScopedMethods
			.of(this.source, userClass, types, extended, ProxiedInterfaces.none(this.source))
			.reachedByAspect(userClass);
		List<CancelScopedOperation> prepared = this.operations.prepare(beanName, methods.all(), (method) -> userClass);
		UnreachedFallbacks.report(beanName, prepared, userClass, types, extended);
		methods.reportUnweavable(beanName, this.properties.get().failOnUnweavable());
	}

}
