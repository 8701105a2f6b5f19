package io.cancelscope.spring.redis;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.function.Supplier;

import io.cancelscope.spring.ChangedLibrary;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.util.ReflectionUtils;

/**
 * Puts a {@link ScopedProvider} in front of the providers that a
 * {@link LettuceConnectionFactory} gets its connections from. A pool cannot be told to
 * take its connections from elsewhere, so it is replaced by another one of the same
 * configuration, before it has a connection.
 */
final class LettuceProviders {

	private static final String POOLING = "LettucePoolingConnectionProvider";

	private static final @Nullable Field BLOCKING = field(LettuceConnectionFactory.class, "connectionProvider");

	private static final @Nullable Field REACTIVE = field(LettuceConnectionFactory.class, "reactiveConnectionProvider");

	private LettuceProviders() {
	}

	private static @Nullable Field field(Class<?> type, String name) {
		Field field = ReflectionUtils.findField(type, name, LettuceConnectionProvider.class);
		if (field == null || !field.trySetAccessible()) {
			changed(type, "a field '" + name + "'");
			return null;
		}
		return field;
	}

	private static void changed(Class<?> type, String assumption) {
		ChangedLibrary.report(type, assumption, "the wait for a connection of Lettuce does not end with its scope");
	}

	static void scope(LettuceConnectionFactory factory, LettuceCommands commands) {
		scope(factory, BLOCKING, commands);
		scope(factory, REACTIVE, commands);
	}

	private static void scope(LettuceConnectionFactory factory, @Nullable Field field, LettuceCommands commands) {
		if (field != null && ReflectionUtils.getField(field, factory) instanceof LettuceConnectionProvider provider
				&& !(provider instanceof ScopedProvider)) {
			ScopedProvider scoped = scoped(provider, factory.getClientConfiguration(), commands);
			if (scoped != null) {
				ReflectionUtils.setField(field, factory, scoped);
			}
		}
	}

	private static @Nullable ScopedProvider scoped(LettuceConnectionProvider provider,
			LettuceClientConfiguration configuration, LettuceCommands commands) {
		// It translates exceptions.
		LettuceConnectionProvider target = inside(provider, "delegate");
		if (target == null) {
			return null;
		}
		if (!target.getClass().getSimpleName().equals(POOLING)) {
			commands.side().provider(target);
			return new ScopedProvider(new LettuceConnecting(target), null, provider, commands);
		}
		LettuceConnectionProvider connections = inside(target, "connectionProvider");
		if (connections == null) {
			return null;
		}
		commands.side().provider(connections);
		LettuceConnecting connecting = new LettuceConnecting(connections);
		LettuceConnectionProvider pool = pool(target.getClass(), connecting, configuration);
		return (pool != null) ? new ScopedProvider(connecting, pool, provider, commands) : null;
	}

	private static @Nullable LettuceConnectionProvider inside(LettuceConnectionProvider provider, String name) {
		Field field = field(provider.getClass(), name);
		return (field != null) ? (LettuceConnectionProvider) ReflectionUtils.getField(field, provider) : null;
	}

	private static @Nullable LettuceConnectionProvider pool(Class<?> type, LettuceConnecting connecting,
			LettuceClientConfiguration configuration) {
		for (Constructor<?> constructor : type.getDeclaredConstructors()) {
			Class<?>[] parameters = constructor.getParameterTypes();
			if (parameters.length == 2 && parameters[0] == LettuceConnectionProvider.class
					&& parameters[1].isInstance(configuration) && constructor.trySetAccessible()) {
				return Pooling.testing(configuration, () -> (LettuceConnectionProvider) BeanUtils
					.instantiateClass(constructor, connecting, configuration));
			}
		}
		changed(type, "a constructor with a provider and a configuration");
		return null;
	}

	/** Its own class, since the library of pools may not be there. */
	private static final class Pooling {

		private static final Duration UNLIMITED = Duration.ofDays(365);

		/**
		 * Creates a pool that drops a connection that was closed by its user. This counts
		 * for the pool of reactive connections, which is configured now. The other one
		 * looks at the configuration when it is needed first.
		 */
		static LettuceConnectionProvider testing(LettuceClientConfiguration configuration,
				Supplier<LettuceConnectionProvider> pool) {
			GenericObjectPoolConfig<?> config = ((LettucePoolingClientConfiguration) configuration).getPoolConfig();
			if (config.getMaxWaitDuration().isNegative()) {
				// Limitation: a pool of Commons Pool 2.12 and 2.13 that is full does not
				// wait without a limit while another thread opens a connection. It spins,
				// and no interrupt ends that.
				config.setMaxWait(UNLIMITED);
			}
			boolean before = config.getTestOnReturn();
			config.setTestOnReturn(true);
			try {
				return pool.get();
			}
			finally {
				config.setTestOnReturn(before);
			}
		}

	}

}
