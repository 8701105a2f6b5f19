package io.cancelscope.spring.redis;

import java.lang.reflect.Field;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import io.cancelscope.spring.ChangedLibrary;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.CommandListenerWriter;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.event.command.CommandBaseEvent;
import io.lettuce.core.event.command.CommandFailedEvent;
import io.lettuce.core.event.command.CommandListener;
import io.lettuce.core.event.command.CommandStartedEvent;
import io.lettuce.core.event.command.CommandSucceededEvent;
import io.lettuce.core.output.MultiOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.CommandExpiryWriter;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.DemandAware;
import io.lettuce.core.protocol.Endpoint;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.protocol.TransactionalCommand;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * The commands of one Lettuce client. Commands are announced on the thread that sends
 * them, so the current scope is that of the command.
 */
final class LettuceCommands implements CommandListener {

	private static final String KEY = LettuceCommands.class.getName();

	private static final @Nullable Field CHANNELS = channelsField();

	private final CancelScopeRedisProperties properties;

	private final SideConnection side;

	private final @Nullable ChannelGroup channels;

	/**
	 * Blocking commands that have not ended, by the innermost command: it is the only one
	 * that all layers of the client share.
	 */
	private final Map<RedisCommand<?, ?, ?>, BlockedCommand> blocked = new ConcurrentHashMap<>();

	/** Blocking commands of subscribers that have not ended. */
	private final Set<BlockedCommand> reactive = ConcurrentHashMap.newKeySet();

	private LettuceCommands(AbstractRedisClient client, CancelScopeRedisProperties properties) {
		this.properties = properties;
		this.side = new SideConnection(client);
		this.channels = (CHANNELS != null) ? (ChannelGroup) ReflectionUtils.getField(CHANNELS, client) : null;
	}

	/** Reaches the commands of all connections that the client creates from now on. */
	static LettuceCommands listenTo(AbstractRedisClient client, CancelScopeRedisProperties properties) {
		LettuceCommands commands = new LettuceCommands(client, properties);
		client.addListener(commands);
		LettuceAnnouncements.of(client, commands::announced);
		client.addListener(new RedisConnectionStateListener() {

			@Override
			public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
				commands.connected();
			}

		});
		return commands;
	}

	private static @Nullable Field channelsField() {
		Field field = ReflectionUtils.findField(AbstractRedisClient.class, "channels", ChannelGroup.class);
		if (field == null || !field.trySetAccessible()) {
			ChangedLibrary.report(AbstractRedisClient.class, "a field 'channels'",
					"a blocking Redis command that its scope stops goes on at the server and may take an element");
			return null;
		}
		return field;
	}

	@Override
	public void commandStarted(CommandStartedEvent event) {
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			return;
		}
		RedisCommand<?, ?, ?> command = event.getCommand();
		String name = command.getType().toString();
		CommandKind kind = CommandKind.of(name);
		// A transaction is not stopped command by command: EXEC decides.
		if (kind == CommandKind.EXEMPT || command instanceof TransactionalCommand) {
			return;
		}
		if (scope.isCancelled()) {
			refuse(command, name, scope);
			return;
		}
		if (kind == CommandKind.BLOCKING && this.channels != null) {
			begin(event, new BlockedCommand(this, command, name, scope, false));
			return;
		}
		CancelScope.Registration registration = scope
			.onCancel(() -> command.completeExceptionally(new RedisCommandCancelledException(name, scope)));
		event.getContext().put(KEY, (Runnable) registration::unregister);
	}

	/**
	 * The client chooses the server for a command of the current scope, and may have to
	 * open a connection to it. On the thread of the caller.
	 */
	private void announced(RedisCommand<?, ?, ?> announced) {
		if (!(CancelScope.current() instanceof OpenScope scope)) {
			return;
		}
		AsyncCommand<?, ?, ?> command = CommandWrapper.unwrap(announced, AsyncCommand.class);
		if (command == null || command instanceof TransactionalCommand) {
			return;
		}
		String name = command.getType().toString();
		CommandKind kind = CommandKind.of(name);
		if (kind == CommandKind.EXEMPT) {
			return;
		}
		if (scope.isCancelled()) {
			refuse(command, name, scope);
			return;
		}
		if (kind == CommandKind.BLOCKING && this.channels != null) {
			BlockedCommand blocked = new BlockedCommand(this, command, name, scope, true);
			begin(CommandWrapper.unwrap(command), blocked);
			return;
		}
		CancelScope.Registration registration = scope
			.onCancel(() -> command.completeExceptionally(new RedisCommandCancelledException(name, scope)));
		command.whenComplete((value, thrown) -> registration.unregister());
	}

	/** It is done before it is written, so it is not written. */
	private static void refuse(RedisCommand<?, ?, ?> command, String name, CancelScope scope) {
		if (command.getOutput() instanceof MultiOutput<?, ?> transaction) {
			transaction.cancel();
		}
		command.completeExceptionally(new RedisCommandCancelledException(name, scope));
	}

	private void begin(CommandStartedEvent event, BlockedCommand command) {
		if (begin(CommandWrapper.unwrap(event.getCommand()), command)) {
			event.getContext().put(KEY, (Runnable) command::end);
			if (isReactive(event.getCommand())) {
				keepAsReactive(command);
			}
		}
	}

	/** Returns whether it was not known yet, by one of several announcements. */
	private boolean begin(RedisCommand<?, ?, ?> key, BlockedCommand command) {
		if (this.blocked.putIfAbsent(key, command) != null) {
			return false;
		}
		command.begin(() -> this.blocked.remove(key, command));
		return true;
	}

	@Override
	public void commandSucceeded(CommandSucceededEvent event) {
		ended(event);
	}

	@Override
	public void commandFailed(CommandFailedEvent event) {
		ended(event);
	}

	private static void ended(CommandBaseEvent event) {
		if (event.getContext().get(KEY) instanceof Runnable end) {
			end.run();
		}
	}

	@Nullable BlockedCommand blocked(RedisCommand<?, ?, ?> command) {
		return this.blocked.isEmpty() ? null : this.blocked.get(CommandWrapper.unwrap(command));
	}

	/**
	 * Returns a command whose subscriber waits for an element, whether in a scope or not:
	 * it is sent when its connection is there, on a thread that knows no scope.
	 */
	@Nullable BlockedCommand reactive(RedisCommand<?, ?, ?> command) {
		if (!isReactive(command)) {
			return null;
		}
		String name = command.getType().toString();
		if (CommandKind.of(name) != CommandKind.BLOCKING) {
			return null;
		}
		BlockedCommand blocked = new BlockedCommand(this, command, name, null, false);
		keepAsReactive(blocked);
		return blocked;
	}

	private static boolean isReactive(RedisCommand<?, ?, ?> command) {
		return CommandWrapper.unwrap(command, DemandAware.Sink.class) != null;
	}

	private void keepAsReactive(BlockedCommand command) {
		this.reactive.add(command);
		command.atEnd(() -> this.reactive.remove(command));
	}

	/**
	 * Stops the blocking commands on a connection whose subscribers have left.
	 * @return completed when they have ended, or null if there are none
	 */
	@Nullable CompletableFuture<@Nullable Void> stopLeft(StatefulConnection<?, ?> connection) {
		Endpoint endpoint = this.reactive.isEmpty() ? null : endpoint(connection);
		if (endpoint == null) {
			return null;
		}
		List<CompletableFuture<@Nullable Void>> ends = new ArrayList<>();
		for (BlockedCommand command : this.reactive) {
			CompletableFuture<@Nullable Void> end = command.stopIfLeft(endpoint);
			if (end != null) {
				ends.add(end);
			}
		}
		return ends.isEmpty() ? null : CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
	}

	/** A connection to a cluster has one of each node, and none of its own. */
	private static @Nullable Endpoint endpoint(StatefulConnection<?, ?> connection) {
		RedisChannelWriter writer = (connection instanceof RedisChannelHandler<?, ?> handler)
				? handler.getChannelWriter() : null;
		if (writer instanceof CommandListenerWriter announcing) {
			writer = announcing.getDelegate();
		}
		if (writer instanceof CommandExpiryWriter expiring) {
			writer = expiring.getDelegate();
		}
		return (writer instanceof Endpoint endpoint) ? endpoint : null;
	}

	SideConnection side() {
		return this.side;
	}

	CancelScopeRedisProperties properties() {
		return this.properties;
	}

	/** How many blocking commands are known, for tests. */
	int waiting() {
		return this.blocked.size() + this.reactive.size();
	}

	/**
	 * A connection is not told which channel it has, so all that have come since are
	 * looked at. The one that this is about is among them.
	 */
	private void connected() {
		if (this.channels == null) {
			return;
		}
		for (Channel channel : this.channels) {
			CommandWriter.addTo(channel, this);
		}
	}

}
