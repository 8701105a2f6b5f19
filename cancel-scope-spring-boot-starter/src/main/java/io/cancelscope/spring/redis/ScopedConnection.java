package io.cancelscope.spring.redis;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.OpenScope;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.args.RawableFactory;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

import org.springframework.dao.QueryTimeoutException;

/**
 * A connection of Jedis. One thread at a time sends commands and waits for replies on it.
 * The wait ends with the thread's scope: the connection is closed, and its pool drops it.
 * A blocking command is ended by the server, if that can be asked, so that no element is
 * lost.
 */
final class ScopedConnection extends Connection {

	private final RecordingSockets sockets;

	private final Supplier<Connection> others;

	private final CancelScopeRedisProperties properties;

	/**
	 * The id of this connection at the server; null until a blocking command needs it.
	 */
	private @Nullable Long id;

	/** The name and the kind of the command that was sent last. */
	private String name = "";

	private CommandKind kind = CommandKind.EXEMPT;

	/** Whether the next reply is that of a blocking command. */
	private boolean waiting;

	/**
	 * Creates one.
	 * @param others opens further connections to the same server
	 */
	ScopedConnection(Builder builder, RecordingSockets sockets, Supplier<Connection> others,
			CancelScopeRedisProperties properties) {
		super(builder);
		this.sockets = sockets;
		this.others = others;
		this.properties = properties;
	}

	@Override
	public <T> T executeCommand(CommandObject<T> command) {
		if (!(CancelScope.current() instanceof OpenScope scope)
				|| CommandKind.of(name(command.getArguments())) != CommandKind.BLOCKING || scope.isCancelled()) {
			return super.executeCommand(command);
		}
		askForId();
		this.waiting = true;
		try {
			return super.executeCommand(command);
		}
		finally {
			this.waiting = false;
		}
	}

	/**
	 * A cluster may redirect a command by ASKING, which counts for the next command only.
	 * This must not be the one that asks for the id.
	 */
	@Override
	public Object executeCommand(CommandArguments arguments) {
		if (CancelScope.current() instanceof OpenScope scope && !scope.isCancelled()
				&& name(arguments).equals(Protocol.Command.ASKING.name())) {
			askForId();
		}
		return super.executeCommand(arguments);
	}

	/** Afterwards the connection gives no answer. */
	private void askForId() {
		if (this.id == null) {
			try {
				super.sendCommand(new CommandArguments(Protocol.Command.CLIENT).add(RawableFactory.from("ID")));
				this.id = super.getIntegerReply();
			}
			catch (JedisDataException ex) {
				// Not permitted: the connection is closed to end a blocking command.
				this.id = -1L;
			}
		}
	}

	private static String name(CommandArguments arguments) {
		return new String(arguments.getCommand().getRaw(), StandardCharsets.US_ASCII);
	}

	@Override
	public void sendCommand(CommandArguments arguments) {
		if (CancelScope.current() instanceof OpenScope scope) {
			this.name = name(arguments);
			this.kind = CommandKind.of(this.name);
			if (this.kind != CommandKind.EXEMPT && scope.isCancelled()) {
				refuse(scope);
			}
		}
		super.sendCommand(arguments);
	}

	/**
	 * After a blocking command. Of a closed socket it would fail, instead of the command.
	 */
	@Override
	public void rollbackTimeout() {
		if (!isBroken()) {
			super.rollbackTimeout();
		}
	}

	private void refuse(OpenScope scope) {
		if (this.name.equals(Protocol.Command.EXEC.name())) {
			// Jedis takes the transaction for ended, so the server must discard it.
			setBroken();
			disconnect();
		}
		throw exception(scope, null);
	}

	@Override
	protected Object readProtocolWithCheckingBroken() {
		if (!(CancelScope.current() instanceof OpenScope scope) || this.kind == CommandKind.EXEMPT) {
			return super.readProtocolWithCheckingBroken();
		}
		JedisStop stop = new JedisStop(this, this.properties);
		CancelScope.Registration registration = scope.onCancel(stop::begin);
		try {
			Object reply = super.readProtocolWithCheckingBroken();
			registration.close();
			return reply;
		}
		catch (JedisException ex) {
			registration.close();
			if (stop.isReasonFor(ex)) {
				throw exception(scope, ex);
			}
			throw ex;
		}
		finally {
			stop.end();
		}
	}

	/**
	 * Instead of a broken connection, the pool opens another one at once, which takes as
	 * long as the server likes. The caller does not wait for that.
	 */
	@Override
	public void close() {
		if (isBroken() && CancelScope.current() instanceof OpenScope scope && scope.isCancelled()) {
			JedisStop.aside(super::close);
		}
		else {
			super.close();
		}
	}

	private QueryTimeoutException exception(OpenScope scope, @Nullable JedisException library) {
		RuntimeException own = scope.exception();
		QueryTimeoutException exception = new QueryTimeoutException(
				"The command " + this.name + " was cancelled: " + own.getMessage(), own);
		if (library != null) {
			exception.addSuppressed(library);
		}
		return exception;
	}

	/** Whether the server can be asked to end the command that runs now. */
	boolean canBeUnblocked() {
		return this.waiting && this.id != null && this.id >= 0 && this.sockets.local() != null;
	}

	/** Opens a further connection to the same server. Blocks. */
	Connection other() {
		return this.others.get();
	}

	/** Returns whether a client in the server's list is this connection. */
	boolean isIn(String list) {
		InetSocketAddress local = this.sockets.local();
		return local != null && ClientAddress.isIn(list, local);
	}

	String id() {
		return String.valueOf(this.id);
	}

}
