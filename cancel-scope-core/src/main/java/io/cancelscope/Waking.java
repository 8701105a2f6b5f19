package io.cancelscope;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The way from a cancelled scope down to what can't ask: links upward so that it is
 * found, takes it when the time has come, and sets the timers that make it come. How this
 * fits the scopes' states is told in {@link ScopeNode}.
 */
final class Waking {

	private Waking() {
	}

	/** Takes what is to be woken in and below a cancelled scope into the wave. */
	static void collect(ScopeNode scope, Wave wave) {
		Links links = scope.linksIfAny();
		if (links == null) {
			return;
		}
		Deque<Family> open = new ArrayDeque<>(0);
		collect(links, wave, open);
		for (Family at = open.poll(); at != null; at = open.poll()) {
			List<Links> some = at.parent.takeSomeChildren();
			while (!some.isEmpty()) {
				for (Links child : some) {
					reach(child.node, at.above, wave);
					collect(child, wave, open);
				}
				some = at.parent.takeSomeChildren();
			}
		}
	}

	private static void collect(Links links, Wave wave, Deque<Family> open) {
		if (links.node.stored() instanceof Cancellation stored) {
			if (links.wake(stored.reason, wave)) {
				open.add(new Family(stored, links));
			}
		}
	}

	/**
	 * Stores the cancellation of the parent, or the own deadline if that came first. One
	 * that closes at this moment stays as it is; who closes it hands on what it holds.
	 */
	private static void reach(ScopeNode scope, Cancellation above, Wave wave) {
		while (scope.stored() == null) {
			long own = scope.own();
			boolean first = own != Deadline.NONE && above.comesAfter(own);
			Cancellation next = first ? scope.expiry(own) : above.reached();
			if (first ? scope.storeExpiry(own, next) : scope.store(next)) {
				next.untold = false;
				wave.add(scope, next.reason);
			}
		}
	}

	/** Runs, here and now, what a cancellation from above may have missed. */
	static void wake(ScopeNode scope) {
		Wave wave = new Wave();
		collect(scope, wave);
		wave.interrupt();
		wave.run();
	}

	/**
	 * Links a scope to its parent and so on up to the top of the tree, so that a
	 * cancellation of any of them finds it, and sets the timers of those on the way whose
	 * own deadline comes first. The caller looks once more whether it is cancelled.
	 */
	static void link(ScopeNode scope) {
		Deque<ScopeNode> below = null;
		ScopeNode at = scope;
		while (!isAnchored(at)) {
			ScopeNode parent = at.visibleParent();
			if (parent != null && !parent.links().adopt(at.links())) {
				continue; // closed meanwhile
			}
			at.links().leaveIfOver();
			if (parent == null || isAnchored(parent)) {
				anchor(at);
				break;
			}
			below = (below != null) ? below : new ArrayDeque<>();
			below.push(at);
			at = parent;
		}
		if (below != null) {
			below.forEach(Waking::anchor);
		}
	}

	private static void anchor(ScopeNode scope) {
		scope.links().anchored = true;
		armIfNeeded(scope);
	}

	/**
	 * Not by the flag alone: a parent that closes takes the scope out of its list, and
	 * clears the flag, while another thread that has just linked it is about to set it.
	 */
	private static boolean isAnchored(ScopeNode scope) {
		Links links = scope.links();
		return links.anchored && (links.isHeld() || scope.visibleParent() == null);
	}

	/**
	 * Sets a scope's timer, if its own deadline is the one that counts there. One that
	 * climbs is watched in any case: nobody tells a scope with nothing to wake that the
	 * deadline which counted was moved.
	 */
	static void armIfNeeded(ScopeNode scope) {
		long own = scope.own();
		if (own == Deadline.NONE) {
			return;
		}
		ScopeNode parent = scope.visibleParent();
		if (parent != null && parent.cancellation() != null) {
			return;
		}
		if (parent != null && !scope.climbs()) {
			long above = parent.effective();
			if (above != Deadline.NONE && above - own <= 0) {
				return; // ties belong to the ancestor, whose timer will do
			}
		}
		scope.noteForNews();
		scope.links().arm(own);
	}

	/** Sets the timers that are needed below since a deadline above went or moved. */
	static void rearm(Links from) {
		Deque<Links> open = new ArrayDeque<>();
		for (Links at = from; at != null; at = open.poll()) {
			armIfNeeded(at.node);
			open.addAll(at.children());
		}
	}

	/** A scope's parent has closed: links it to the next one above that is open. */
	static void handUp(ScopeNode scope, boolean deadlineWent) {
		scope.forgetReleasedParents();
		link(scope);
		if (deadlineWent) {
			rearm(scope.links());
		}
		if (scope.cancellation() != null) {
			wake(scope);
		}
	}

	/** A scope with children, and the cancellation that is to reach them next. */
	private record Family(Cancellation above, Links parent) {

	}

}
