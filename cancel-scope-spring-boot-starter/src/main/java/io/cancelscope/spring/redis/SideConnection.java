package io.cancelscope.spring.redis;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.cancelscope.spring.AsideThreads;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientListArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.UnblockType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider;

/**
 * A further connection of a client, on which the server is asked to unblock others. It is
 * opened when it is needed first, and closed with the client.
 */
final class SideConnection {

	private static final Executor ASIDE = AsideThreads.create("cancel-scope-redis-");

	private final AbstractRedisClient client;

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by lock. */
	private @Nullable CompletableFuture<Nodes> nodes;

	private volatile @Nullable LettuceConnectionProvider provider;

	SideConnection(AbstractRedisClient client) {
		this.client = client;
	}

	/**
	 * Sets the provider of the application's connections, for a client that does not know
	 * its servers: those of a static master and its replicas.
	 */
	void provider(LettuceConnectionProvider provider) {
		this.provider = provider;
	}

	/**
	 * Asks the server to end what a connection waits for, with an error. Doesn't block.
	 * @param channel the channel of the connection
	 * @param id the id of the connection at its server
	 * @return ends when the server has answered; fails if it cannot be asked
	 */
	CompletionStage<Void> unblock(Channel channel, long id) {
		SocketAddress local = channel.localAddress();
		SocketAddress remote = channel.remoteAddress();
		if (!(local instanceof InetSocketAddress from) || !(remote instanceof InetSocketAddress to)) {
			return CompletableFuture.failedFuture(new IllegalStateException("No address of the network: " + remote));
		}
		return nodes().thenComposeAsync((nodes) -> nodes.node(to), ASIDE)
			.thenCompose((node) -> unblock(node, id, from));
	}

	private static CompletionStage<Void> unblock(StatefulRedisConnection<?, ?> node, long id, InetSocketAddress from) {
		RedisAsyncCommands<?, ?> commands = node.async();
		return commands.clientList(ClientListArgs.Builder.ids(id)).thenCompose((list) -> {
			if (!ClientAddress.isIn(list, from)) {
				throw new IllegalStateException("Client " + id + " of the server is not at " + from + ": " + list);
			}
			return commands.clientUnblock(id, UnblockType.ERROR).thenAccept((unblocked) -> {
			});
		});
	}

	private CompletableFuture<Nodes> nodes() {
		this.lock.lock();
		try {
			CompletableFuture<Nodes> nodes = this.nodes;
			if (nodes == null || nodes.isCompletedExceptionally()) {
				nodes = CompletableFuture.supplyAsync(this::connect, ASIDE);
				this.nodes = nodes;
			}
			return nodes;
		}
		finally {
			this.lock.unlock();
		}
	}

	private Nodes connect() {
		if (this.client instanceof RedisClient standalone) {
			StatefulRedisConnection<?, ?> connection = connect(standalone);
			return (address) -> CompletableFuture.completedFuture(connection);
		}
		if (this.client instanceof RedisClusterClient cluster) {
			StatefulRedisClusterConnection<String, String> connection = cluster.connect(StringCodec.UTF8);
			return (address) -> connection.getConnectionAsync(nodeAt(connection, address))
				.thenApply(Function.identity());
		}
		throw new IllegalStateException("An unknown kind of client: " + this.client.getClass().getName());
	}

	private StatefulRedisConnection<?, ?> connect(RedisClient standalone) {
		try {
			return standalone.connect(StringCodec.UTF8);
		}
		catch (IllegalStateException ex) {
			LettuceConnectionProvider provider = this.provider;
			// One to a master and its replicas sends what is not a read to the master.
			if (provider != null
					&& provider.getConnection(StatefulConnection.class) instanceof StatefulRedisConnection<?, ?> one) {
				return one;
			}
			throw ex;
		}
	}

	private static String nodeAt(StatefulRedisClusterConnection<String, String> cluster, InetSocketAddress address) {
		for (RedisClusterNode node : cluster.getPartitions()) {
			RedisURI uri = node.getUri();
			if (uri.getPort() == address.getPort() && isHost(uri.getHost(), address)) {
				return node.getNodeId();
			}
		}
		throw new IllegalStateException("No node of the cluster is at " + address);
	}

	private static boolean isHost(String host, InetSocketAddress address) {
		try {
			return InetAddress.getByName(host).equals(address.getAddress());
		}
		catch (UnknownHostException ex) {
			return false;
		}
	}

	/** Connections to servers, by their addresses. */
	@FunctionalInterface
	private interface Nodes {

		CompletableFuture<StatefulRedisConnection<?, ?>> node(InetSocketAddress address);

	}

}
