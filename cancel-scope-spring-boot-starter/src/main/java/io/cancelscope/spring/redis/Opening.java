package io.cancelscope.spring.redis;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.cancelscope.OpenScope;
import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;

/**
 * Waits for connections that are being opened. A caller leaves when its scope is
 * cancelled, and the connection that is being opened is kept for the next caller.
 * Otherwise, a server that takes longer than each caller's budget would never be reached,
 * and each caller would open one more connection to a server that does not answer.
 *
 * @param <C> the type of connections
 */
final class Opening<C> {

	private static final OneLineLog logger = OneLineLog.of(Opening.class);

	private final Predicate<? super C> usable;

	private final Consumer<? super C> close;

	/** Guards all below; never held while the client is called. */
	private final ReentrantLock lock = new ReentrantLock();

	/** What callers have left. Of those that are open, at most one of each kind. */
	private final List<Left<C>> left = new ArrayList<>();

	private boolean closed;

	/**
	 * Creates one.
	 * @param usable whether a connection that has been open for a while can be used
	 * @param close closes a connection that nobody waits for
	 */
	Opening(Predicate<? super C> usable, Consumer<? super C> close) {
		this.usable = usable;
		this.close = close;
	}

	/**
	 * Waits for a connection, while the scope lasts.
	 * @param kind what makes connections equal for callers
	 * @param open begins to open a connection; doesn't block
	 */
	C get(OpenScope scope, Object kind, Supplier<CompletableFuture<C>> open)
			throws InterruptedException, ExecutionException {
		CompletableFuture<C> begun = take(kind);
		if (begun != null) {
			try {
				C connection = await(scope, kind, begun);
				if (this.usable.test(connection)) {
					return connection;
				}
				close(connection);
			}
			catch (ExecutionException ex) {
				// Ignored: it was begun some time ago, and the server may be there by
				// now.
			}
		}
		return await(scope, kind, open.get());
	}

	private C await(OpenScope scope, Object kind, CompletableFuture<C> connection)
			throws InterruptedException, ExecutionException {
		try {
			return scope.await(connection);
		}
		catch (InterruptedException | RuntimeException ex) {
			leave(new Left<>(kind, connection));
			throw ex;
		}
	}

	private @Nullable CompletableFuture<C> take(Object kind) {
		this.lock.lock();
		try {
			for (Iterator<Left<C>> iterator = this.left.iterator(); iterator.hasNext();) {
				Left<C> each = iterator.next();
				if (each.kind.equals(kind)) {
					iterator.remove();
					return each.connection;
				}
			}
			return null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void leave(Left<C> left) {
		this.lock.lock();
		try {
			this.left.add(left);
		}
		finally {
			this.lock.unlock();
		}
		left.connection.whenComplete((connection, thrown) -> ended(left, connection));
	}

	/** Race: another caller takes it, or all are closed, at the same time. */
	private void ended(Left<C> left, @Nullable C connection) {
		this.lock.lock();
		try {
			if (!this.left.contains(left)) {
				return;
			}
			if (connection != null && !this.closed && this.left.stream().noneMatch(left::isDuplicatedBy)) {
				return;
			}
			this.left.remove(left);
		}
		finally {
			this.lock.unlock();
		}
		if (connection != null) {
			close(connection);
		}
	}

	private void close(C connection) {
		try {
			this.close.accept(connection);
		}
		catch (RuntimeException ex) {
			logger.debug("Could not close a connection that was opened after its scope was cancelled", ex);
		}
	}

	/** Closes what is kept, and what is still being opened when it is there. */
	void close() {
		List<Left<C>> open;
		this.lock.lock();
		try {
			this.closed = true;
			open = this.left.stream().filter(Left::isOpen).toList();
			this.left.removeAll(open);
		}
		finally {
			this.lock.unlock();
		}
		open.forEach((each) -> close(each.connection.join()));
	}

	/** How many connections are kept or still being opened, for tests. */
	int kept() {
		this.lock.lock();
		try {
			return this.left.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A connection whose caller has left.
	 */
	private static final class Left<C> {

		private final Object kind;

		private final CompletableFuture<C> connection;

		private Left(Object kind, CompletableFuture<C> connection) {
			this.kind = kind;
			this.connection = connection;
		}

		private boolean isOpen() {
			return this.connection.isDone() && !this.connection.isCompletedExceptionally();
		}

		private boolean isDuplicatedBy(Left<C> other) {
			return other != this && other.kind.equals(this.kind) && other.isOpen();
		}

	}

}
