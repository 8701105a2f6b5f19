package io.cancelscope.spring.redis;

import io.lettuce.core.protocol.CommandKeyword;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;

/**
 * A blocking command as the client's own handlers see it. Its reply goes by the
 * {@link BlockedCommand}, which may hold it for a moment.
 */
final class WrittenCommand<K, V, T> extends CommandWrapper<K, V, T> {

	/** How Redis begins the error that answers a command which CLIENT UNBLOCK ended. */
	private static final String UNBLOCKED = "UNBLOCKED";

	private final BlockedCommand blocked;

	WrittenCommand(BlockedCommand blocked, RedisCommand<K, V, T> command) {
		super(command);
		this.blocked = blocked;
	}

	BlockedCommand blocked() {
		return this.blocked;
	}

	/** The server has replied. */
	@Override
	public void complete() {
		this.blocked.replied();
	}

	@Override
	public boolean completeExceptionally(Throwable throwable) {
		this.blocked.end();
		return super.completeExceptionally(throwable);
	}

	@Override
	public void cancel() {
		this.blocked.end();
		super.cancel();
	}

	/** Whether the server has replied that the command was ended from outside. */
	boolean wasUnblocked() {
		return getOutput() != null && getOutput().hasError() && getOutput().getError().startsWith(UNBLOCKED);
	}

	/** Whether the server has replied that another one of its cluster has the key. */
	boolean wasRedirected() {
		return getOutput() != null && getOutput().hasError()
				&& (getOutput().getError().startsWith(CommandKeyword.MOVED.name())
						|| getOutput().getError().startsWith(CommandKeyword.ASK.name()));
	}

	void deliver() {
		super.complete();
	}

}
