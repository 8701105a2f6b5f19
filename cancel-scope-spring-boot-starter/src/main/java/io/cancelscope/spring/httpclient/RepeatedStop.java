package io.cancelscope.spring.httpclient;

import java.time.Duration;

import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import org.jspecify.annotations.Nullable;

/**
 * Stops something when a scope is cancelled, and again every 50 ms, until it is closed:
 * for a handle that does nothing while the call has no connection, as between two of
 * them.
 */
final class RepeatedStop implements AutoCloseable {

	private static final Duration PAUSE = Duration.ofMillis(50);

	private static final CancelScopes SCOPES = CancelScopes.create();

	private static final ScopeOptions OPTIONS = ScopeOptions.named("stopped HTTP call").detached();

	private final Runnable handle;

	private final CancelScope.Registration first;

	private volatile boolean used;

	/** Guarded by this. */
	private @Nullable OpenScope turn;

	/** Guarded by this. */
	private CancelScope.@Nullable Registration next;

	/** Guarded by this. */
	private boolean over;

	RepeatedStop(CancelScope scope, Runnable handle) {
		this.handle = handle;
		this.first = scope.onCancel(this::stop);
	}

	/** Whether the handle has been used: what it stops may be in any state. */
	boolean isUsed() {
		return this.used;
	}

	private void stop() {
		this.used = true;
		try {
			this.handle.run();
		}
		catch (RuntimeException ex) {
			// Ignored: HttpURLConnection changes under the hands of the one that
			// disconnects it. The next turn finds it in another state.
		}
		prepareNextTurn();
	}

	private synchronized void prepareNextTurn() {
		if (!this.over) {
			OpenScope turn = SCOPES.openUnbound(OPTIONS);
			this.next = turn.onCancel(this::stop);
			this.turn = turn;
			turn.reschedule(PAUSE);
		}
	}

	/** From here on the handle is not used, and no thread is using it. */
	@Override
	public void close() {
		this.first.close();
		CancelScope.Registration next;
		OpenScope turn;
		synchronized (this) {
			this.over = true;
			next = this.next;
			turn = this.turn;
		}
		if (next != null && turn != null) {
			next.close();
			turn.close();
		}
	}

}
