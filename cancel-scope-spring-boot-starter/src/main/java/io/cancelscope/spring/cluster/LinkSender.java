package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends on a thread of its own. So no caller waits longer than it should, and nothing of
 * the caller reaches the connection: neither its scope, which may be cancelled, nor an
 * interrupt, which closes the socket of a virtual thread.
 */
final class LinkSender implements AutoCloseable {

	private static final int WAITING = 1_000;

	private static final long IDLE_SECONDS = 5;

	private final Duration patience;

	private final ThreadPoolExecutor thread;

	LinkSender(String name, Duration patience) {
		this.patience = patience;
		this.thread = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING),
				(task) -> {
					Thread thread = new Thread(task, name);
					thread.setDaemon(true);
					return thread;
				});
		this.thread.allowCoreThreadTimeOut(true);
	}

	/**
	 * Sends, and waits until that is done.
	 * @throws IllegalStateException if it failed, or was not done in time
	 */
	void send(Callable<?> sending) {
		send(sending, this.patience);
	}

	/** Sends with another limit for the time to wait. */
	void send(Callable<?> sending, Duration patience) {
		Future<?> sent;
		try {
			sent = this.thread.submit(sending);
		}
		catch (RejectedExecutionException ex) {
			throw new IllegalStateException("Connection closed, or " + WAITING + " messages are waiting to be sent");
		}
		try {
			sent.get(patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(String.valueOf(ex.getCause()), ex.getCause());
		}
		catch (TimeoutException ex) {
			// Not interrupted: a message that is half written would break the connection.
			sent.cancel(false);
			throw new IllegalStateException("a message was not sent within " + patience.toMillis() + "ms", ex);
		}
		catch (InterruptedException ex) {
			sent.cancel(false);
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while a message was sent", ex);
		}
	}

	@Override
	public void close() {
		this.thread.shutdownNow();
	}

}
