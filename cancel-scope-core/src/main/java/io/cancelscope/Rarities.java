package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * What only few scopes have. What is set on opening is seen by all that see the scope;
 * the rest says for itself how it is guarded.
 */
final class Rarities {

	/** Set on opening, if the scope is among those watched for being forgotten. */
	ForgottenScopes.@Nullable Trace trace;

	/** Set on opening, if the scope is only observed. */
	@Nullable Observed observed;

	/** Set on opening, if the scope has a key. */
	Keys.@Nullable Entry key;

	/** Set on opening, if the scope interrupts the thread it is bound to. */
	@Nullable Region region;

	/** Set before a cancellation is told to a listener that hears of nothing else. */
	volatile @Nullable Noted noted;

	/**
	 * Set when an exception says that something happened here. Made under the monitor.
	 */
	private volatile @Nullable Whereabouts whereabouts;

	/**
	 * See {@link ScopeNode}; of a top that is deep. An older one is of an older epoch.
	 */
	ScopeNode.@Nullable Quiet quiet;

	private boolean overdue;

	/**
	 * Notes that the scope is open long after its deadline.
	 * @return whether this is the first time
	 */
	synchronized boolean noticeOverdue() {
		boolean first = !this.overdue;
		this.overdue = true;
		return first;
	}

	@Nullable Whereabouts whereaboutsIfAny() {
		return this.whereabouts;
	}

	synchronized Whereabouts whereabouts(ScopeNode scope) {
		Whereabouts known = this.whereabouts;
		if (known == null) {
			known = new Whereabouts(scope);
			this.whereabouts = known;
		}
		return known;
	}

}
