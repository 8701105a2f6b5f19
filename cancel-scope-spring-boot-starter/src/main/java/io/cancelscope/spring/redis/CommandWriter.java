package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.Endpoint;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/**
 * Sees the commands that are written to one channel, before the client's own handlers do.
 * Each blocking command of a scope learns its channel here. The first one makes it ask
 * the server for the id of the connection: ahead of it, because afterwards the connection
 * gives no answer.
 */
final class CommandWriter extends ChannelOutboundHandlerAdapter {

	private static final AttributeKey<Boolean> PRESENT = AttributeKey.valueOf(CommandWriter.class.getName());

	private final LettuceCommands commands;

	private final Channel channel;

	/** Used on the event loop. */
	private @Nullable CompletableFuture<Long> id;

	private CommandWriter(LettuceCommands commands, Channel channel) {
		this.commands = commands;
		this.channel = channel;
	}

	/**
	 * Adds one, if this is a connection to a server that has none.
	 * <p>
	 * Race: two connections are established at once, and each looks at both. A handler
	 * that another thread adds is not called before the thread of its channel has noticed
	 * it. So only that thread adds it, before it writes anything.
	 */
	static void addTo(Channel channel, LettuceCommands commands) {
		if (channel.attr(PRESENT).get() != null) {
			return;
		}
		if (channel.eventLoop().inEventLoop()) {
			add(channel, commands);
			return;
		}
		try {
			channel.eventLoop().execute(() -> add(channel, commands));
		}
		catch (RejectedExecutionException ex) {
			// Ignored: the client is shut down, and closes its connections itself.
		}
	}

	private static void add(Channel channel, LettuceCommands commands) {
		if (channel.pipeline().get(CommandHandler.class) != null
				&& channel.attr(PRESENT).compareAndSet(null, Boolean.TRUE)) {
			channel.pipeline().addLast(new CommandWriter(commands, channel));
		}
	}

	/**
	 * A connection that comes back has sent again what had no reply, before this handler
	 * was there.
	 */
	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		CommandHandler handler = context.pipeline().get(CommandHandler.class);
		if (handler == null) {
			return;
		}
		for (RedisCommand<?, ?, ?> command : handler.getStack()) {
			moved(command);
		}
	}

	private boolean moved(RedisCommand<?, ?, ?> command) {
		WrittenCommand<?, ?, ?> written = CommandWrapper.unwrap(command, WrittenCommand.class);
		if (written == null) {
			return false;
		}
		written.blocked().movedTo(this);
		return true;
	}

	@Override
	@SuppressWarnings("unchecked") // Lettuce writes its commands, and collections of them
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
		if (message instanceof RedisCommand<?, ?, ?> command) {
			super.write(context, prepare(context, command), promise);
		}
		else if (message instanceof Collection<?> batch) {
			List<RedisCommand<?, ?, ?>> prepared = new ArrayList<>(batch.size());
			for (RedisCommand<?, ?, ?> command : (Collection<RedisCommand<?, ?, ?>>) batch) {
				prepared.add(prepare(context, command));
			}
			super.write(context, prepared, promise);
		}
		else {
			super.write(context, message, promise);
		}
	}

	private RedisCommand<?, ?, ?> prepare(ChannelHandlerContext context, RedisCommand<?, ?, ?> command) {
		BlockedCommand blocked = this.commands.blocked(command);
		if (command.isDone() || CommandWrapper.unwrap(command).isDone()) {
			if (blocked != null) {
				// Its caller or subscriber has left, and the client does not write it.
				blocked.end();
			}
			if (isExec(command)) {
				return discard();
			}
			// What a cluster's connection wraps it in is not done with it.
			return command.isDone() ? command : BlockedCommand.nothing();
		}
		if (moved(command)) {
			return command;
		}
		if (this.id == null && command.getType() == CommandType.ASKING) {
			// It counts for the next command only, which may be a blocking one.
			this.id = askForId(context);
		}
		if (blocked == null) {
			blocked = this.commands.reactive(command);
		}
		if (blocked == null) {
			return command;
		}
		if (this.id == null) {
			this.id = askForId(context);
		}
		return blocked.writtenBy(this, command);
	}

	private static boolean isExec(RedisCommand<?, ?, ?> command) {
		return command.getType().toString().equals(CommandType.EXEC.name());
	}

	/**
	 * The client does not write a command that is done already. Without EXEC, the
	 * transaction would stay open at the server for the next user of the connection.
	 */
	private static RedisCommand<?, ?, ?> discard() {
		return new Command<>(CommandType.DISCARD, new StatusOutput<>(StringCodec.UTF8));
	}

	private static CompletableFuture<Long> askForId(ChannelHandlerContext context) {
		AsyncCommand<String, String, Long> command = new AsyncCommand<>(new Command<>(CommandType.CLIENT,
				new IntegerOutput<>(StringCodec.UTF8), new CommandArgs<>(StringCodec.UTF8).add("ID")));
		context.write(command);
		return command;
	}

	/**
	 * Asks the server to end the command that the connection waits for. On the event
	 * loop.
	 */
	CompletionStage<Void> unblock() {
		CompletableFuture<Long> id = this.id;
		if (id == null) {
			return CompletableFuture.failedFuture(new IllegalStateException("The connection has no known id"));
		}
		return id.thenCompose((number) -> this.commands.side().unblock(this.channel, number));
	}

	/** Returns what the client's connection and its channel have in common. */
	@Nullable Endpoint endpoint() {
		CommandHandler handler = this.channel.pipeline().get(CommandHandler.class);
		return (handler != null) ? handler.getEndpoint() : null;
	}

	/** Closes the connection. The client opens it again when it is needed. */
	void close() {
		this.channel.close();
	}

	void execute(Runnable task) throws RejectedExecutionException {
		this.channel.eventLoop().execute(task);
	}

	void executeLater(Runnable task, Duration delay) throws RejectedExecutionException {
		this.channel.eventLoop().schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
	}

}
