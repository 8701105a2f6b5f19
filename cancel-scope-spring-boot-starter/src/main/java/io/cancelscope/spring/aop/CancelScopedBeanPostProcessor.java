package io.cancelscope.spring.aop;

import java.io.Serial;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.cancelscope.CancelScopes;
import io.cancelscope.spring.CancelScopeProperties;
import io.cancelscope.spring.ReturnValueAdapter;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.UsualTimes;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.config.EmbeddedValueResolver;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringValueResolver;

/**
 * Weaves {@code @CancelScoped} into beans when they are made, and checks what the
 * annotations say.
 * <p>
 * Its place among the other post-processors decides what lies inside a scope: after
 * {@code @Retryable} and {@code @ConcurrencyLimit} (the same order, but an
 * auto-configuration registers later), before {@code @Async}; and each puts its advice in
 * front of what is there. So the chain becomes {@code [@Async] [@CancelScoped]
 * [@ConcurrencyLimit] [@Retryable] [security] [cache, tx] method}, and then
 * {@link AsyncScopesBeanPostProcessor} puts the scope outside of {@code @Async}.
 */
final class CancelScopedBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
		implements DisposableBean {

	@Serial
	private static final long serialVersionUID = 1L;

	private final transient CancelScopedSource source = new CancelScopedSource();

	private final transient Supplier<CancelScopes> scopes;

	private final transient Supplier<CancelScopeProperties> properties;

	private final transient Supplier<ScopeSettings> settings;

	private final transient Supplier<List<ReturnValueAdapter>> adapters;

	private final transient Supplier<UsualTimes> usualTimes;

	/** By all types of the bean: proxies of different interfaces may share a target. */
	private final transient Map<Set<Class<?>>, CancelScopedMethods> seen = new ConcurrentHashMap<>();

	private transient CancelScopedOperations operations;

	private transient @Nullable CancelScopedInterceptor interceptor;

	/**
	 * Creates one that pulls in nothing yet: post-processors are made before all others.
	 */
	CancelScopedBeanPostProcessor(Supplier<CancelScopes> scopes, Supplier<CancelScopeProperties> properties,
			Supplier<ScopeSettings> settings, Supplier<List<ReturnValueAdapter>> adapters,
			Supplier<UsualTimes> usualTimes) {
		this.scopes = scopes;
		this.properties = properties;
		this.settings = settings;
		this.adapters = adapters;
		this.usualTimes = usualTimes;
		this.operations = operations((text) -> text);
		setOrder(LOWEST_PRECEDENCE - 1);
		setBeforeExistingAdvisors(true);
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		if (beanFactory instanceof ConfigurableBeanFactory configurable) {
			this.operations = operations(new EmbeddedValueResolver(configurable));
		}
		CancelScopedInterceptor interceptor = new CancelScopedInterceptor(this.operations,
				new CancelScopedInvoker(this.scopes));
		this.advisor = advisor(interceptor, ProxiedInterfaces.none(this.source));
		this.interceptor = interceptor;
		LoadTimeWovenClasses.enter(interceptor);
	}

	private Advisor advisor(CancelScopedInterceptor interceptor, ProxiedInterfaces interfaces) {
		return new DefaultPointcutAdvisor(new CancelScopedPointcut(this.source, interfaces),
				interceptor.with(interfaces));
	}

	@Override
	public void destroy() {
		if (this.interceptor != null) {
			LoadTimeWovenClasses.leave(this.interceptor);
		}
	}

	private CancelScopedOperations operations(StringValueResolver values) {
		return new CancelScopedOperations(this.source,
				new CancelScopedResolver(values, this.settings, this.adapters, this.usualTimes));
	}

	CancelScopedOperations operations() {
		return this.operations;
	}

	/** Ahead-of-time processing asks this of every bean. */
	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		if (!this.source.isCandidate(beanClass)) {
			return beanClass;
		}
		return Extensible.is(beanClass) ? super.determineBeanType(beanClass, beanName) : typeByInterfaces(beanClass);
	}

	private Class<?> typeByInterfaces(Class<?> beanClass) {
		ProxyFactory factory = new ProxyFactory();
		factory.setTargetClass(beanClass);
		evaluateProxyInterfaces(beanClass, factory);
		boolean isWoven = !factory.isProxyTargetClass() && !CancelScopedMethods
			.of(this.source, beanClass, CancelScopedSource.hierarchyOf(beanClass), false,
					ProxiedInterfaces.none(this.source))
			.woven()
			.isEmpty();
		return isWoven ? factory.getProxyClass(getProxyClassLoader()) : beanClass;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof AopInfrastructureBean) {
			return bean;
		}
		Class<?> userClass = ClassUtils.getUserClass(AopUtils.getTargetClass(bean));
		if (!this.source.isCandidate(bean, userClass)) {
			return bean;
		}
		Set<Class<?>> types = CancelScopedMethods.typesOf(bean, userClass);
		CancelScopedMethods methods = this.seen.get(types);
		if (methods == null) {
			methods = inspect(bean, beanName, userClass, types);
			this.seen.put(types, methods);
		}
		return methods.woven().isEmpty() ? bean : weave(bean, beanName, userClass);
	}

	private Object weave(Object bean, String beanName, Class<?> userClass) {
		CancelScopedInterceptor interceptor = this.interceptor;
		if (interceptor != null && bean instanceof Advised advised && !advised.isFrozen()) {
			if (Arrays.stream(advised.getAdvisors()).noneMatch(CancelScopedBeanPostProcessor::isOurs)) {
				advised.addAdvisor(0, advisor(interceptor, ProxiedInterfaces.of(this.source, bean, userClass)));
			}
			return bean;
		}
		return super.postProcessAfterInitialization(bean, beanName);
	}

	private static boolean isOurs(Advisor advisor) {
		return advisor.getAdvice() instanceof CancelScopedInterceptor;
	}

	private CancelScopedMethods inspect(Object bean, String beanName, Class<?> userClass, Set<Class<?>> types) {
		ProxiedInterfaces interfaces = ProxiedInterfaces.of(this.source, bean, userClass);
		boolean extended = isExtended(bean, beanName);
		CancelScopedMethods methods = CancelScopedMethods.of(this.source, userClass, types, extended, interfaces);
		List<CancelScopedOperation> prepared = this.operations.prepare(beanName, methods.all(),
				(method) -> interfaces.annotatedClass(method, userClass));
		UnreachedFallbacks.report(beanName, prepared, userClass, types, extended);
		methods.reportUnweavable(beanName, this.properties.get().failOnUnweavable());
		return methods;
	}

	/**
	 * What cannot be extended is proxied by its interfaces, also where proxies extend
	 * classes: a lambda, a record.
	 */
	@Override
	protected ProxyFactory prepareProxyFactory(Object bean, String beanName) {
		ProxyFactory factory = super.prepareProxyFactory(bean, beanName);
		if (!Extensible.is(bean.getClass())) {
			factory.setProxyTargetClass(false);
		}
		return factory;
	}

	/** Whether the proxy is, or would be, a subclass of the bean's class. */
	private boolean isExtended(Object bean, String beanName) {
		if (AopUtils.isAopProxy(bean) || Proxy.isProxyClass(bean.getClass())) {
			return AopUtils.isCglibProxy(bean);
		}
		ProxyFactory proxyFactory = prepareProxyFactory(bean, beanName);
		if (!proxyFactory.isProxyTargetClass() && proxyFactory.getProxiedInterfaces().length == 0) {
			evaluateProxyInterfaces(bean.getClass(), proxyFactory);
		}
		return proxyFactory.isProxyTargetClass();
	}

}
