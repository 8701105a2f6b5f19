package io.cancelscope.spring.redis;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

import io.cancelscope.CancelScope;
import io.cancelscope.spring.OneLineLog;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.Endpoint;
import io.lettuce.core.protocol.RedisCommand;
import org.jspecify.annotations.Nullable;

/**
 * A blocking command of a scope. When the scope is cancelled, the server is asked to
 * unblock the connection, and its reply decides: an error that says so becomes the
 * scope's exception, and an element that was popped at the same moment is returned to the
 * caller. So no element is lost. If there is no reply in time, the connection is closed.
 * <p>
 * States: not written yet; written, and waiting for the reply of the server; ended. While
 * the server is being asked, a reply is held: otherwise the caller, or the next user of
 * the connection, might send the next blocking command, and the request would end that
 * one. Invariant: nothing is asked for a connection whose command has ended.
 */
final class BlockedCommand {

	private static final OneLineLog logger = OneLineLog.of(BlockedCommand.class);

	/** The server may be asked before it has read the command. */
	private static final Duration PAUSE = Duration.ofMillis(5);

	private final LettuceCommands commands;

	private final RedisCommand<?, ?, ?> command;

	private final String name;

	/** None if only the command itself can be cancelled. */
	private final @Nullable CancelScope scope;

	/** Whether a redirection by the server is for the client, not for the caller. */
	private final boolean redirectable;

	/** Completed when the command has ended. */
	private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

	private CancelScope.@Nullable Registration registration;

	/** Guards all below; never held while anything is completed, or the client called. */
	private final ReentrantLock lock = new ReentrantLock();

	/** Of the connection that the command is on; null while it is not written. */
	private @Nullable CommandWriter writer;

	private @Nullable WrittenCommand<?, ?, ?> written;

	private boolean stopped;

	/** The server is being asked to unblock the connection. */
	private boolean asking;

	/** The reply is held until the server has answered that. */
	private boolean held;

	private boolean ended;

	BlockedCommand(LettuceCommands commands, RedisCommand<?, ?, ?> command, String name, @Nullable CancelScope scope,
			boolean redirectable) {
		this.commands = commands;
		this.command = command;
		this.name = name;
		this.scope = scope;
		this.redirectable = redirectable;
	}

	/**
	 * Begins, before the command is written.
	 * @param atEnd called when the command has ended
	 */
	void begin(Runnable atEnd) {
		atEnd(atEnd);
		if (this.command instanceof AsyncCommand<?, ?, ?> async) {
			// A caller that leaves for a reason of its own, such as the timeout of the
			// client, leaves the command behind.
			async.whenComplete((value, thrown) -> {
				if (thrown != null) {
					stop();
				}
				endUnlessWritten();
			});
		}
		if (this.scope != null) {
			this.registration = this.scope.onCancel(this::stop);
		}
	}

	/** The client may end a command before it has a connection for it. */
	private void endUnlessWritten() {
		boolean written;
		this.lock.lock();
		try {
			written = this.writer != null;
		}
		finally {
			this.lock.unlock();
		}
		if (!written) {
			end();
		}
	}

	void atEnd(Runnable task) {
		this.end.thenRun(task);
	}

	/** The command has ended, whichever way. */
	void end() {
		this.lock.lock();
		try {
			this.ended = true;
		}
		finally {
			this.lock.unlock();
		}
		CancelScope.Registration registration = this.registration;
		if (registration != null) {
			registration.unregister();
		}
		this.end.complete(null);
	}

	/**
	 * Stops the command if its caller has left, and its connection is about to be used by
	 * others.
	 * @return completed when it has ended, or null if this is not the case
	 */
	@Nullable CompletableFuture<@Nullable Void> stopIfLeft(Endpoint endpoint) {
		CommandWriter writer;
		this.lock.lock();
		try {
			writer = this.writer;
		}
		finally {
			this.lock.unlock();
		}
		if (writer == null || writer.endpoint() != endpoint || !this.command.isDone()) {
			return null;
		}
		stop();
		return this.end;
	}

	/**
	 * The command is about to be written. On the event loop of the connection.
	 * @return what to write instead
	 */
	<K, V, T> RedisCommand<K, V, T> writtenBy(CommandWriter writer, RedisCommand<K, V, T> command) {
		WrittenCommand<K, V, T> written = new WrittenCommand<>(this, command);
		boolean write;
		this.lock.lock();
		try {
			write = !this.stopped && !this.ended;
			if (write) {
				this.writer = writer;
				this.written = written;
			}
		}
		finally {
			this.lock.unlock();
		}
		if (!write) {
			fail();
			return nothing();
		}
		return written;
	}

	/**
	 * Returns a command that is done, which the client does not write.
	 * <p>
	 * Race: the scope is cancelled by another thread while the command is being written.
	 * Lettuce ends a command in two steps, and nobody else can end it in between, so the
	 * command itself may not be done yet.
	 *
	 * <pre>
	 *   other thread                 event loop
	 *   stop: not written, so fail
	 *   first step
	 *                                fail: has no effect
	 *                                written, if it were returned: takes an element
	 *   second step: the caller leaves
	 * </pre>
	 */
	static <K, V, T> RedisCommand<K, V, T> nothing() {
		Command<K, V, T> done = new Command<>(CommandType.PING, null);
		done.cancel();
		return done;
	}

	/** The connection was lost, and the client has sent the command on a new one. */
	void movedTo(CommandWriter writer) {
		boolean again;
		this.lock.lock();
		try {
			this.writer = writer;
			again = this.stopped && !this.ended;
		}
		finally {
			this.lock.unlock();
		}
		if (again) {
			close();
		}
	}

	private void stop() {
		CommandWriter writer;
		this.lock.lock();
		try {
			if (this.ended || this.stopped) {
				return;
			}
			this.stopped = true;
			writer = this.writer;
		}
		finally {
			this.lock.unlock();
		}
		if (writer == null) {
			fail();
			return;
		}
		try {
			writer.execute(this::unblock);
			writer.executeLater(this::close, this.commands.properties().closeAfter());
		}
		catch (RejectedExecutionException ex) {
			// Ignored: the client is shut down, and closes its connections itself.
			fail();
		}
	}

	/** Ends a command that is not written. */
	private void fail() {
		// Race: the event loop writes a command that is neither known nor done, because
		// another thread is ending it. That one also ends this.
		if (this.command.completeExceptionally(exception()) || CommandWrapper.unwrap(this.command).isDone()) {
			end();
		}
	}

	private void unblock() {
		CommandWriter writer;
		this.lock.lock();
		try {
			writer = this.writer;
			if (this.ended || this.asking || writer == null) {
				return;
			}
			this.asking = true;
		}
		finally {
			this.lock.unlock();
		}
		CompletionStage<Void> asked = writer.unblock();
		asked.whenComplete((nothing, thrown) -> {
			try {
				writer.execute(() -> asked(writer, thrown));
			}
			catch (RejectedExecutionException ex) {
				close();
			}
		});
	}

	/**
	 * The server has answered: the reply to the command comes, unless it was too early.
	 */
	private void asked(CommandWriter writer, @Nullable Throwable thrown) {
		boolean deliver;
		boolean again;
		this.lock.lock();
		try {
			this.asking = false;
			deliver = this.held && !this.ended;
			again = !this.held && !this.ended;
		}
		finally {
			this.lock.unlock();
		}
		if (deliver) {
			deliver();
		}
		else if (again && thrown != null) {
			logger.debug("Could not ask the server to end " + this.name + "; closing its connection", thrown);
			close();
		}
		else if (again) {
			writer.executeLater(this::unblock, PAUSE);
		}
	}

	/** The server has replied to the command. */
	void replied() {
		this.lock.lock();
		try {
			if (this.asking) {
				this.held = true;
				return;
			}
		}
		finally {
			this.lock.unlock();
		}
		deliver();
	}

	private void deliver() {
		WrittenCommand<?, ?, ?> written = this.written;
		if (written == null) {
			return;
		}
		if (this.redirectable && written.wasRedirected()) {
			redirect(written);
			return;
		}
		end();
		if (this.stopped && written.wasUnblocked()) {
			written.completeExceptionally(exception());
		}
		else {
			written.deliver();
		}
	}

	/**
	 * The server has replied that another one has the key, and the client sends the
	 * command to that one. Until it is written, it is as at the beginning.
	 */
	private void redirect(WrittenCommand<?, ?, ?> written) {
		boolean stopped;
		this.lock.lock();
		try {
			stopped = this.stopped;
			if (!stopped) {
				this.writer = null;
				this.written = null;
				this.held = false;
			}
		}
		finally {
			this.lock.unlock();
		}
		if (stopped) {
			written.completeExceptionally(exception());
		}
		else {
			written.deliver();
		}
	}

	/** If its caller left by itself, nobody is there who would see it. */
	private RuntimeException exception() {
		CancelScope scope = this.scope;
		return (scope != null && scope.isCancelled()) ? new RedisCommandCancelledException(this.name, scope)
				: new CancellationException("The command " + this.name + " was left");
	}

	/** The last resort. The server ends a command whose connection is closed. */
	private void close() {
		CommandWriter writer;
		WrittenCommand<?, ?, ?> written;
		boolean deliver;
		this.lock.lock();
		try {
			writer = this.writer;
			written = this.written;
			if (this.ended || writer == null || written == null) {
				return;
			}
			this.ended = true;
			deliver = this.held;
		}
		finally {
			this.lock.unlock();
		}
		if (deliver) {
			// A request that is still on its way must find the connection closed.
			writer.close();
			deliver();
			return;
		}
		// First this: the client sends again what has not ended when a connection closes.
		written.completeExceptionally(exception());
		writer.close();
	}

}
