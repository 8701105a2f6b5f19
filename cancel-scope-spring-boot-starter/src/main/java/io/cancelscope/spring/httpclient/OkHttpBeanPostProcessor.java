package io.cancelscope.spring.httpclient;

import java.util.function.Supplier;

import okhttp3.OkHttpClient;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;

/**
 * Gives each {@code OkHttpClient} bean the interceptor, unless it has one. The new client
 * shares the pool and the dispatcher of the old one.
 */
final class OkHttpBeanPostProcessor implements BeanPostProcessor, Ordered, AopInfrastructureBean {

	private final Supplier<ScopedOkHttpInterceptor> interceptor;

	OkHttpBeanPostProcessor(Supplier<ScopedOkHttpInterceptor> interceptor) {
		this.interceptor = interceptor;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String name) {
		if (bean.getClass() == OkHttpClient.class && bean instanceof OkHttpClient client
				&& client.interceptors().stream().noneMatch(ScopedOkHttpInterceptor.class::isInstance)) {
			return client.newBuilder().addInterceptor(this.interceptor.get()).build();
		}
		return bean;
	}

}
