package io.cancelscope;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Who listens in a test: nobody, somebody who hears of everything, or of cancellations
 * alone.
 */
enum Ears {

	NONE, ALL, ONLY_CANCELLATIONS;

	/** Counts what it hears, and on which threads. */
	@Nullable Listener listener() {
		return (this != NONE) ? new Listener(this == ONLY_CANCELLATIONS) : null;
	}

	static CancelScopes.Builder add(@Nullable Listener listener, CancelScopes.Builder builder) {
		return (listener != null) ? builder.listener(listener) : builder;
	}

	static final class Listener implements CancelScopeListener {

		private final boolean onlyCancellations;

		final Map<CancelScope, Integer> cancelled = new ConcurrentHashMap<>();

		final Map<CancelScope, Integer> observed = new ConcurrentHashMap<>();

		final Set<String> threads = ConcurrentHashMap.newKeySet();

		/** What it does when it hears of a cancellation. */
		volatile Consumer<CancelScope> habit = (scope) -> {
		};

		private Listener(boolean onlyCancellations) {
			this.onlyCancellations = onlyCancellations;
		}

		@Override
		public void cancelled(CancelScope scope, CancelReason reason) {
			this.threads.add(Thread.currentThread().getName());
			this.habit.accept(scope);
			this.cancelled.merge(scope, 1, Integer::sum);
		}

		@Override
		public void observed(CancelScope scope, CancelReason reason) {
			this.threads.add(Thread.currentThread().getName());
			this.observed.merge(scope, 1, Integer::sum);
		}

		@Override
		public boolean onlyCancellations() {
			return this.onlyCancellations;
		}

	}

}
