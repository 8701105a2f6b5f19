package io.cancelscope.spring.redis;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;

import io.lettuce.core.AbstractRedisClient;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Reaches the clients of all {@link LettuceConnectionFactory} beans: when the bean is
 * initialized, and when it is started again, since it creates another client then.
 */
final class LettuceFactories implements BeanPostProcessor, AopInfrastructureBean {

	private final Supplier<CancelScopeRedisProperties> properties;

	/** Guarded by itself. */
	private final Set<LettuceConnectionFactory> factories = Collections.newSetFromMap(new WeakHashMap<>());

	/** Guarded by {@link #factories}. */
	private final Set<AbstractRedisClient> clients = Collections.newSetFromMap(new WeakHashMap<>());

	LettuceFactories(Supplier<CancelScopeRedisProperties> properties) {
		this.properties = properties;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof LettuceConnectionFactory factory) {
			synchronized (this.factories) {
				this.factories.add(factory);
			}
			reach(factory);
		}
		return bean;
	}

	void reachAll() {
		all().forEach(this::reach);
	}

	/** The highest phase of a factory: after it, all that start by themselves have. */
	int lastPhase() {
		return all().stream().mapToInt(LettuceConnectionFactory::getPhase).max().orElse(0);
	}

	private Set<LettuceConnectionFactory> all() {
		synchronized (this.factories) {
			return new LinkedHashSet<>(this.factories);
		}
	}

	private void reach(LettuceConnectionFactory factory) {
		AbstractRedisClient client = factory.isRunning() ? factory.getNativeClient() : null;
		if (client == null) {
			return;
		}
		synchronized (this.factories) {
			if (!this.clients.add(client)) {
				return;
			}
		}
		LettuceCommands commands = LettuceCommands.listenTo(client, this.properties.get());
		LettuceProviders.scope(factory, commands);
		if (factory.getEagerInitialization() && factory.getShareNativeConnection()) {
			// It has a connection already, which listeners do not reach any more.
			factory.resetConnection();
			factory.initConnection();
		}
	}

}
