package io.cancelscope.spring.httpclient;

import java.util.function.Supplier;

import feign.Client;
import feign.Feign;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;

/**
 * Gives {@code Feign.Builder} beans the capability, and replaces {@code Client} beans
 * that are declared as such: one that is declared by its class may be injected by it.
 */
final class FeignBeanPostProcessor implements BeanPostProcessor, Ordered, AopInfrastructureBean {

	/** Spring Cloud knows its own by their class. It gives them the capability. */
	private static final String SPRING_CLOUD = "org.springframework.cloud.";

	private final ConfigurableListableBeanFactory beans;

	private final Supplier<ScopedFeignCapability> capability;

	private final Supplier<UnreachedClients> unreached;

	FeignBeanPostProcessor(ConfigurableListableBeanFactory beans, Supplier<ScopedFeignCapability> capability,
			Supplier<UnreachedClients> unreached) {
		this.beans = beans;
		this.capability = capability;
		this.unreached = unreached;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String name) {
		if (bean instanceof Feign.Builder builder) {
			return builder.addCapability(this.capability.get());
		}
		if (!(bean instanceof Client client) || client.getClass().getName().startsWith(SPRING_CLOUD)) {
			return bean;
		}
		if (!isDeclaredAsClient(name)) {
			this.unreached.get()
				.add("bean '" + name + "' (" + client.getClass().getName()
						+ ", unless its Feign.Builder is a bean or has the ScopedFeignCapability bean;"
						+ " declare the bean as feign.Client)");
			return bean;
		}
		return this.capability.get().enrich(client);
	}

	private boolean isDeclaredAsClient(String name) {
		if (!this.beans.containsBeanDefinition(name)) {
			return false;
		}
		BeanDefinition definition = this.beans.getMergedBeanDefinition(name);
		return definition.getResolvableType().resolve(Object.class) == Client.class;
	}

}
