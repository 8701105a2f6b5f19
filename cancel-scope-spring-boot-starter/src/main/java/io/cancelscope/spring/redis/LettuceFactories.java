package io.cancelscope.spring.redis;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;

import io.lettuce.core.AbstractRedisClient;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Reaches the clients of all {@link LettuceConnectionFactory} beans.
 */
final class LettuceFactories extends ConnectionFactories<LettuceConnectionFactory> {

	private final Supplier<CancelScopeRedisProperties> properties;

	/** Guarded by itself. */
	private final Set<AbstractRedisClient> clients = Collections.newSetFromMap(new WeakHashMap<>());

	LettuceFactories(Supplier<CancelScopeRedisProperties> properties) {
		super(LettuceConnectionFactory.class);
		this.properties = properties;
	}

	@Override
	void reach(LettuceConnectionFactory factory) {
		AbstractRedisClient client = factory.isRunning() ? factory.getNativeClient() : null;
		if (client == null) {
			return;
		}
		synchronized (this.clients) {
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
