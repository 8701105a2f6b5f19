package io.cancelscope.spring.shutdown;

import java.util.List;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScopes;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/**
 * Cancels the scopes that are open when the application stops: after the web server has
 * let requests complete, and before it stops for good, and executors and schedulers with
 * it.
 */
final class CancelAtShutdown implements SmartLifecycle {

	/**
	 * Requests complete in DEFAULT_PHASE - 1024, the server stops in DEFAULT_PHASE -
	 * 2048, executors in the middle of all. Phases stop from high to low.
	 */
	static final int PHASE = DEFAULT_PHASE - 1536;

	private static final Log logger = LogFactory.getLog(CancelAtShutdown.class);

	private final ObjectProvider<CancelScopes> provider;

	private volatile List<CancelScopes> scopes = List.of();

	private volatile boolean running;

	CancelAtShutdown(ObjectProvider<CancelScopes> provider) {
		this.provider = provider;
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
		this.scopes.forEach(CancelAtShutdown::cancel);
	}

	private static void cancel(CancelScopes scopes) {
		try {
			int cancelled = scopes.cancelAll(CancelReason.Kind.SHUTDOWN, "the application stops");
			if (cancelled > 0) {
				logger.info("Cancelled " + cancelled + " scope(s) that were still open at shutdown");
			}
		}
		catch (IllegalStateException ex) {
			// The application's own bean.
			logger.debug("Open scopes are not cancelled at shutdown: " + ex.getMessage());
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
