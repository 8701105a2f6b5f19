package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * A scope without a parent that is remembered while it is open.
 */
final class RememberedScope extends TreeScope {

	private Roots.@Nullable Root root;

	RememberedScope(Setup setup, ScopeOptions options, @Nullable Frame previous, int flags, long own) {
		super(setup, options, null, true, previous, flags, own);
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
