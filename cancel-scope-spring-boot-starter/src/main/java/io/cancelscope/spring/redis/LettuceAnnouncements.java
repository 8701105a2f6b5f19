package io.cancelscope.spring.redis;

import java.util.function.Consumer;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.protocol.ReadOnlyCommands;
import io.lettuce.core.protocol.RedisCommand;

/**
 * Announces commands that Lettuce gives to one of several servers: in a cluster, and with
 * a master and its replicas. A listener of commands learns of them when the connection to
 * that server is there, on a thread of the client if it was opened for the command, and
 * once more for each server that a cluster redirects to. Before all that, the client asks
 * its options whether the command is a read, on the thread of the caller.
 */
final class LettuceAnnouncements {

	private LettuceAnnouncements() {
	}

	/** Reaches the connections that the client creates from now on. */
	static void of(AbstractRedisClient client, Consumer<RedisCommand<?, ?, ?>> announced) {
		if (client instanceof RedisClusterClient cluster
				&& cluster.getOptions() instanceof ClusterClientOptions options) {
			cluster.setOptions(new ForCluster(options, announced));
		}
		else if (client instanceof RedisClient standalone) {
			standalone.setOptions(new ForReplicas(standalone.getOptions(), announced));
		}
	}

	private static ReadOnlyCommands.ReadOnlyPredicate announcing(ReadOnlyCommands.ReadOnlyPredicate reads,
			Consumer<RedisCommand<?, ?, ?>> announced) {
		return (command) -> {
			announced.accept(command);
			return reads.isReadOnly(command);
		};
	}

	@SuppressWarnings("serial") // nobody serializes options
	private static final class ForCluster extends ClusterClientOptions {

		private final Consumer<RedisCommand<?, ?, ?>> announced;

		private ForCluster(ClusterClientOptions original, Consumer<RedisCommand<?, ?, ?>> announced) {
			super(original);
			this.announced = announced;
		}

		@Override
		public ReadOnlyCommands.ReadOnlyPredicate getReadOnlyCommands() {
			return announcing(super.getReadOnlyCommands(), this.announced);
		}

	}

	@SuppressWarnings("serial") // nobody serializes options
	private static final class ForReplicas extends ClientOptions {

		private final Consumer<RedisCommand<?, ?, ?>> announced;

		private ForReplicas(ClientOptions original, Consumer<RedisCommand<?, ?, ?>> announced) {
			super(original);
			this.announced = announced;
		}

		@Override
		public ReadOnlyCommands.ReadOnlyPredicate getReadOnlyCommands() {
			return announcing(super.getReadOnlyCommands(), this.announced);
		}

	}

}
