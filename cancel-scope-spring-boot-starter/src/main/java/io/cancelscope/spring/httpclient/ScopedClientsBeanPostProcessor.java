package io.cancelscope.spring.httpclient;

import java.net.http.HttpClient;
import java.util.function.Supplier;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Looks at the clients themselves, not at how they were made: whatever set their request
 * factory is done by then.
 */
final class ScopedClientsBeanPostProcessor implements BeanPostProcessor, Ordered, AopInfrastructureBean {

	private final Supplier<ScopedClients> clients;

	ScopedClientsBeanPostProcessor(Supplier<ScopedClients> clients) {
		this.clients = clients;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String name) {
		if (bean instanceof RestClient client) {
			return this.clients.get().scope(client, "bean '" + name + "'");
		}
		if (bean instanceof RestClient.Builder builder && ScopedClients.isSprings(builder)) {
			return ScopedRestClientBuilder.of(builder, this.clients.get(), "bean '" + name + "'");
		}
		if (bean instanceof RestTemplate template) {
			this.clients.get().scope(template, "bean '" + name + "'");
		}
		if (bean instanceof HttpClient client && bean.getClass().getName().startsWith("jdk.internal.net.http.")) {
			return this.clients.get().scope(client);
		}
		return bean;
	}

}
