package io.cancelscope.spring.shutdown;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScopes;
import io.cancelscope.Deadline;
import io.cancelscope.spring.OneLineLog;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/**
 * Cancels the scopes that are open when the application stops: after the web server has
 * let requests complete, and before it stops for good, and executors and schedulers with
 * it. Waits a little for what they do last, so that cancelled requests are answered.
 */
final class CancelAtShutdown implements SmartLifecycle {

	/**
	 * Between those of requests and the web server; executors stop in the middle of all.
	 * Phases stop from high to low.
	 */
	static final int PHASE = ShutdownPhase.find(CancelAtShutdown.class.getClassLoader());

	private static final OneLineLog logger = OneLineLog.of(CancelAtShutdown.class);

	/** How long after its scope has closed an answer may still be on its way out. */
	private static final Duration LAST_BYTES = Duration.ofMillis(100);

	private final ObjectProvider<CancelScopes> provider;

	private final Duration await;

	private volatile List<CancelScopes> scopes = List.of();

	private volatile boolean running;

	CancelAtShutdown(ObjectProvider<CancelScopes> provider, Duration await) {
		this.provider = provider;
		this.await = await;
	}

	@Override
	public void start() {
		this.scopes = this.provider.stream().toList();
		this.running = true;
	}

	/**
	 * Returns at once. What runs when a scope is cancelled is the application's code, and
	 * may block: on a thread of its own it takes no longer than the phase may take, which
	 * is {@code spring.lifecycle.timeout-per-shutdown-phase}.
	 */
	@Override
	public void stop(Runnable callback) {
		Thread thread = new Thread(() -> {
			try {
				stop();
			}
			finally {
				callback.run();
			}
		}, "cancel-scope-shutdown");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void stop() {
		this.running = false;
		List<CancelScopes> cancelled = new ArrayList<>();
		for (CancelScopes scopes : this.scopes) {
			if (cancel(scopes)) {
				cancelled.add(scopes);
			}
		}
		if (!cancelled.isEmpty() && !this.await.isZero()) {
			awaitClosed(cancelled);
		}
	}

	private static boolean cancel(CancelScopes scopes) {
		try {
			int cancelled = scopes.cancelAll(CancelReason.Kind.SHUTDOWN, "the application stops");
			if (cancelled > 0) {
				logger.info("Cancelled " + cancelled + " scope(s) that were still open at shutdown");
			}
			return cancelled > 0;
		}
		catch (IllegalStateException ex) {
			// The application's own bean.
			logger.debug("Open scopes are not cancelled at shutdown: " + ex.getMessage());
			return false;
		}
	}

	private void awaitClosed(List<CancelScopes> cancelled) {
		Deadline deadline = Deadline.after(this.await);
		try {
			for (CancelScopes scopes : cancelled) {
				int left = scopes.awaitClosed(deadline.remaining());
				if (left > 0) {
					logger.info(left + " scope(s) were still open " + this.await.toMillis()
							+ "ms after they were cancelled. The application stops without waiting for them"
							+ " (cancel-scope.shutdown.await)");
				}
			}
			Duration left = deadline.remaining();
			Thread.sleep(Math.min(left.toMillis(), LAST_BYTES.toMillis()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/** A pause, as between tests, is not the end. */
	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
