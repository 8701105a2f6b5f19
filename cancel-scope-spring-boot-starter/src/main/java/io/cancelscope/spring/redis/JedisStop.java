package io.cancelscope.spring.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.cancelscope.spring.AsideThreads;
import io.cancelscope.spring.OneLineLog;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Ends the wait for one reply on a connection of Jedis. A blocking command is first ended
 * by the server, which a further connection asks. The thread that waits does not go on
 * while such a request is on its way: it would end the next command.
 */
final class JedisStop {

	private static final OneLineLog logger = OneLineLog.of(JedisStop.class);

	private static final Executor ASIDE = AsideThreads.create("cancel-scope-jedis-");

	/** The server may be asked before it has read the command. */
	private static final Duration PAUSE = Duration.ofMillis(5);

	private final ScopedConnection connection;

	private final Duration closeAfter;

	/** Guards all below; never held while the client is called. */
	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private boolean begun;

	private boolean ended;

	private boolean asking;

	private boolean disconnected;

	/** The socket is being closed. */
	private boolean closing;

	JedisStop(ScopedConnection connection, CancelScopeRedisProperties properties) {
		this.connection = connection;
		this.closeAfter = properties.closeAfter();
	}

	/** Runs a task of the client on another thread. */
	static void aside(Runnable task) {
		ASIDE.execute(() -> {
			try {
				task.run();
			}
			catch (RuntimeException ex) {
				logger.debug("Could not replace a connection", ex);
			}
		});
	}

	/** Begins. Doesn't block. */
	void begin() {
		this.lock.lock();
		try {
			this.begun = true;
		}
		finally {
			this.lock.unlock();
		}
		if (!this.connection.canBeUnblocked() || this.closeAfter.isZero()) {
			disconnect();
			return;
		}
		ASIDE.execute(this::unblock);
		CompletableFuture.delayedExecutor(this.closeAfter.toNanos(), TimeUnit.NANOSECONDS, ASIDE)
			.execute(this::disconnect);
	}

	private void unblock() {
		try (Connection other = this.connection.other()) {
			do {
				other.sendCommand(Protocol.Command.CLIENT, "LIST", "ID", this.connection.id());
				String list = other.getBulkReply();
				if (list == null || !this.connection.isIn(list)) {
					throw new JedisException("This is another server, or there is a proxy between: " + list);
				}
			}
			while (ask(other) && pause());
		}
		catch (JedisException ex) {
			logger.debug("Could not ask the server to end a blocking command; closing its connection", ex);
			disconnect();
		}
	}

	/** Asks once. Returns whether the command goes on. */
	private boolean ask(Connection other) {
		this.lock.lock();
		try {
			if (this.ended || this.disconnected) {
				return false;
			}
			this.asking = true;
		}
		finally {
			this.lock.unlock();
		}
		try {
			other.sendCommand(Protocol.Command.CLIENT, "UNBLOCK", this.connection.id(), "ERROR");
			return other.getIntegerReply() == 0;
		}
		finally {
			this.lock.lock();
			try {
				this.asking = false;
				this.changed.signalAll();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	/** Returns whether the command still goes on then. */
	private boolean pause() {
		this.lock.lock();
		try {
			long left = PAUSE.toNanos();
			while (!this.ended && !this.disconnected && left > 0) {
				left = this.changed.awaitNanos(left);
			}
			return !this.ended && !this.disconnected;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void disconnect() {
		this.lock.lock();
		try {
			if (this.ended || this.disconnected) {
				return;
			}
			this.disconnected = true;
			this.closing = true;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		try {
			this.connection.forceDisconnect();
		}
		catch (IOException ex) {
			logger.debug("Could not close a connection", ex);
		}
		finally {
			closed();
		}
	}

	private void closed() {
		this.lock.lock();
		try {
			this.closing = false;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The reply is there, or will not come. Waits for a request that is on its way, and
	 * for the end of a disconnect: neither must meet the next user of the connection.
	 */
	void end() {
		this.lock.lock();
		try {
			while (this.closing || (this.asking && !this.disconnected)) {
				this.changed.awaitUninterruptibly();
			}
			this.ended = true;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether a failure of the wait comes of this. */
	boolean isReasonFor(JedisException thrown) {
		this.lock.lock();
		try {
			if (thrown instanceof JedisDataException) {
				return this.begun && thrown.getMessage() != null && thrown.getMessage().startsWith("UNBLOCKED");
			}
			return this.disconnected;
		}
		finally {
			this.lock.unlock();
		}
	}

}
