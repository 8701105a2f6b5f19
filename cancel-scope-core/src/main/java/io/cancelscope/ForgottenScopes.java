package io.cancelscope;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * Finds scopes that were never closed: for a sample of them, the place where they were
 * opened is kept, and logged if the garbage collector meets the scope still open.
 */
final class ForgottenScopes {

	private static final Logger logger = System.getLogger(CancelScope.class.getName());

	private static final Cleaner CLEANER = Cleaner.create(DaemonThreads.named("cancel-scope-forgotten"));

	private final int oneIn;

	private final AtomicLong opened = new AtomicLong();

	ForgottenScopes(int oneIn) {
		this.oneIn = oneIn;
	}

	void opened(ScopeNode scope) {
		if (this.opened.getAndIncrement() % this.oneIn == 0) {
			Trace trace = new Trace(scope.name());
			trace.watch(scope);
		}
	}

	/** Knows the scope's name and place, and must not know the scope. */
	static final class Trace implements Runnable {

		private final String name;

		private final Throwable place;

		private volatile boolean closed;

		private Cleaner.@Nullable Cleanable cleanable;

		private Trace(String name) {
			this.name = name;
			this.place = new Throwable("scope '" + name + "' was opened here");
		}

		private void watch(ScopeNode scope) {
			this.cleanable = CLEANER.register(scope, this);
			scope.watchedBy(this);
		}

		void closed() {
			this.closed = true;
			if (this.cleanable != null) {
				this.cleanable.clean();
			}
		}

		@Override
		public void run() {
			if (!this.closed) {
				logger.log(Level.WARNING, "Scope '" + this.name + "' was never closed: open it in a"
						+ " try-with-resources statement, or use CancelScopes.run(…) and call(…)", this.place);
			}
		}

	}

}
