package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * A scope without a parent that is remembered while it is open, and watched.
 */
final class RememberedWatchedScope extends WatchedScope {

	private Roots.@Nullable Root root;

	RememberedWatchedScope(Setup setup, ScopeOptions options, @Nullable Frame previous, int flags, long own,
			long openedAt) {
		super(setup, options, null, true, previous, flags, own, openedAt);
	}

	@Override
	Roots.@Nullable Root root() {
		return this.root;
	}

	@Override
	void remember(Roots.Root root) {
		this.root = root;
	}

}
