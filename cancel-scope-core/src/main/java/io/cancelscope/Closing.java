package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * Closes scopes: the short way where nothing but the state changes, and the long one. How
 * this fits the scopes' states is told in {@link ScopeNode}.
 */
final class Closing {

	/** What makes more of closing than saying so. */
	private static final int WITH_CARE = ScopeNode.CARRIED | ScopeNode.CLOSED_LATER | ScopeNode.OBSERVED
			| ScopeNode.KEYED;

	private Closing() {
	}

	static void close(TreeScope scope) {
		Object[] cell = ScopeStack.cell();
		if (cell[0] == scope && isPlain(scope)) {
			cell[0] = scope.previous;
			Object before = scope.storeClosed();
			// Once more: see the short way to close, and the race of carrying.
			if (before != null || scope.hasFlag(ScopeNode.CARRIED) || scope.linksIfAny() != null || scope.setup.noting
					|| scope.setup.roots != null) {
				ended(scope, before);
			}
			return;
		}
		if (scope.isOver()) {
			leaveRegion(scope, null);
			return;
		}
		boolean asked = scope.setup.news != null;
		if (asked) {
			scope.cancellation(); // while it can be seen that this thread is inside
		}
		try {
			leaveRegion(scope, null);
			if (!scope.hasFlag(ScopeNode.UNBOUND)) {
				leaveStack(scope, cell);
			}
		}
		finally {
			end(scope, asked);
		}
	}

	/** On its thread, and inside nothing that may be over. */
	private static boolean isPlain(TreeScope scope) {
		Frame previous = scope.previous;
		return (scope.flags() & WITH_CARE) == 0 && (scope.setup.news == null || scope.closesQuietly())
				&& (previous == null || (previous instanceof ScopeNode around && around.stored() == null)
						|| (previous instanceof Attachment attachment && !attachment.isOver()));
	}

	/** Ends the region of the scope's body, if it has one and this is its thread. */
	static Gate.Interruption leaveRegion(ScopeNode scope, @Nullable Throwable thrown) {
		Rarities rarities = scope.raritiesIfAny();
		Region region = (rarities != null) ? rarities.region : null;
		return (region != null && region.isOfCallingThread()) ? region.leave(thrown) : Gate.Interruption.NOT_OURS;
	}

	private static void leaveStack(TreeScope scope, Object[] cell) {
		if (!ScopeStack.contains(cell, scope)) {
			// Closed on another thread than it was opened on, which may still be inside.
			scope.markCarried();
			return;
		}
		ScopeStack.pop(cell, scope);
	}

	/**
	 * Ends a scope that is on no stack any more.
	 * @param asked whether it was asked just now if it is cancelled
	 */
	static void end(TreeScope scope, boolean asked) {
		if (scope.hasFlag(ScopeNode.OBSERVED) && !scope.isOver()) {
			Observed.tellExpiry(scope);
		}
		if (!asked && scope.hasFlag(ScopeNode.CARRIED)) {
			// What has happened by now stays, for all that was started here.
			scope.cancellation();
		}
		ended(scope, scope.storeClosed());
	}

	/** What follows once the state says that it is over. */
	private static void ended(TreeScope scope, @Nullable Object before) {
		// Both after the compare-and-set: see the races of the short way and of carrying.
		boolean carried = scope.hasFlag(ScopeNode.CARRIED);
		Links links = scope.linksIfAny();
		if (before == ScopeNode.CLOSED || (before != null && !scope.setFlag(ScopeNode.CLOSED_LATER))) {
			return;
		}
		if (before == null && carried && scope.own() != Deadline.NONE) {
			scope.raiseEpoch();
		}
		try {
			if (links != null) {
				unlink(scope, links, before != null);
			}
		}
		finally {
			forget(scope);
		}
	}

	private static void forget(TreeScope scope) {
		Roots.Root root = scope.root();
		if (root != null) {
			root.closed();
		}
		if (scope.hasFlag(ScopeNode.KEYED)) {
			forgetKey(scope);
		}
		if (scope instanceof WatchedScope watched && scope.setup.news != null) {
			scope.setup.news.closed(watched);
		}
	}

	private static void forgetKey(TreeScope scope) {
		Rarities rarities = scope.raritiesIfAny();
		Keys.Entry entry = (rarities != null) ? rarities.key : null;
		if (entry != null) {
			entry.closed();
		}
	}

	/**
	 * Hands up what goes on and drops the rest, unless a cancellation came first whose
	 * thread has not taken it yet: then this one wakes it.
	 */
	private static void unlink(TreeScope scope, Links links, boolean cancelled) {
		Delivery missed = cancelled ? new Delivery() : null;
		if (missed != null) {
			Spreading.collect(scope, missed);
		}
		Survivors survivors = links.close();
		try {
			if (survivors != null) {
				Linking.handUp(scope, survivors);
			}
		}
		finally {
			Rarities rarities = links.raritiesIfAny();
			if (rarities != null) {
				endRarities(scope, rarities);
			}
		}
		if (missed != null) {
			Spreading.deliver(scope, missed);
		}
	}

	private static void endRarities(ScopeNode scope, Rarities rarities) {
		Region region = rarities.region;
		if (region != null) {
			region.ownerEnded();
			if (region.isLeft()) {
				rarities.region = null;
			}
		}
		Whereabouts whereabouts = rarities.whereaboutsIfAny();
		if (whereabouts != null) {
			ScopeNode around = Snapshot.nearestOpenAround(scope);
			whereabouts.closed((around != null) ? Failures.whereabouts(around) : null);
		}
		if (rarities.trace != null) {
			rarities.trace.closed();
		}
	}

}
