package io.cancelscope.spring.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;

import org.springframework.dao.QueryTimeoutException;

/**
 * Waits for connections within a scope.
 */
final class ConnectionWait {

	private ConnectionWait() {
	}

	/**
	 * Waits for a pooled connection. Pools wait on the thread of their caller, which is
	 * interrupted when the scope is cancelled.
	 */
	static <T> T within(OpenScope scope, Supplier<T> connection) {
		try {
			scope.check();
			return scope.<T, RuntimeException>interruptibly((waiting) -> connection.get());
		}
		catch (RuntimeException ex) {
			throw translated(ex);
		}
	}

	/** Waits for something that another thread does, which goes on without the caller. */
	static void forOther(OpenScope scope, CompletableFuture<?> other) throws InterruptedException {
		try {
			scope.await(other);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException failure) ? failure
					: new IllegalStateException(ex.getCause());
		}
		catch (RuntimeException ex) {
			throw translated(ex);
		}
	}

	/** Returns what to throw if a wait has failed. */
	static RuntimeException translated(RuntimeException thrown) {
		RuntimeException own = ScopeCancelledException.findIn(thrown);
		return (own != null)
				? new QueryTimeoutException("The wait for a connection was cancelled: " + own.getMessage(), thrown)
				: thrown;
	}

}
