package io.cancelscope;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Makes what can't ask be found: links scopes upward to the top of their tree, and sets
 * the alarms that bring the cancellation about. How this fits the scopes' states is told
 * in {@link ScopeNode}.
 */
final class Linking {

	private Linking() {
	}

	/**
	 * Puts what is to be woken where a cancellation of this scope finds it, or wakes it
	 * here and now. If the scope closes meanwhile, goes on with the next one above that
	 * is open, as far as the work behind it goes on. If this throws, it is in no list.
	 */
	static void enlist(Wakeable one, ScopeNode scope) {
		try {
			put(one, scope);
		}
		catch (Throwable ex) {
			one.delist(); // either it is registered or it isn't
			throw ex;
		}
		if (one.isOver()) {
			one.delist(); // its work may have ended before it was in the list
		}
	}

	private static void put(Wakeable one, ScopeNode scope) {
		for (ScopeNode at = scope; at != null; at = at.nearestUnreleased()) {
			one.holdBy(at);
			boolean added = at.cancellation() == null && at.links().add(one);
			if (added) {
				link(at);
			}
			Cancellation found = added ? at.cancellationSinceLinked() : at.cancellation();
			if (found != null) {
				Spreading.wakeMissed(at);
				one.wake(found);
				return;
			}
			if (added || !one.outlivesClose() || !one.beginMove()) {
				return;
			}
		}
	}

	/**
	 * Links a scope to its parent and so on up to the top of the tree, so that a
	 * cancellation of any of them finds it, and sets the alarms of those on the way whose
	 * own deadline comes first. The caller looks once more whether it is cancelled.
	 */
	static void link(ScopeNode scope) {
		if (isAnchored(scope)) {
			armIfNeeded(scope); // it may have had nothing to wake until now
			return;
		}
		Deque<ScopeNode> below = null;
		ScopeNode at = scope;
		while (true) {
			ScopeNode parent = at.visibleParent();
			if (parent != null && !parent.links().adopt(at.links())) {
				continue; // closed meanwhile
			}
			at.links().leaveIfOver();
			if (parent == null) {
				armIfNeeded(at);
				break;
			}
			if (isAnchored(parent)) {
				armIfNeeded(parent);
				anchor(at);
				break;
			}
			below = (below != null) ? below : new ArrayDeque<>();
			below.push(at);
			at = parent;
		}
		if (below != null) {
			below.forEach(Linking::anchor);
		}
	}

	private static void anchor(ScopeNode scope) {
		scope.links().anchored = true;
		armIfNeeded(scope);
	}

	/**
	 * Not by the flag alone. Race: a parent that closes takes the scope out of its list
	 * and clears the flag, while another thread that has just linked it sets it.
	 */
	private static boolean isAnchored(ScopeNode scope) {
		Links links = scope.links();
		return (links.anchored && links.isHeld()) || scope.visibleParent() == null;
	}

	/**
	 * Sets a scope's alarm, if its own deadline is the one that counts there. One that
	 * climbs is watched in any case: nobody tells a scope with nothing to wake that the
	 * deadline which counted was moved.
	 */
	static void armIfNeeded(ScopeNode scope) {
		long own = scope.own();
		if (own == Deadline.NONE || scope.links().isSetFor(own)) {
			return;
		}
		ScopeNode parent = scope.visibleParent();
		if (parent != null && parent.cancellation() != null) {
			return;
		}
		if (parent != null && !scope.climbs()) {
			long above = parent.effective();
			if (above != Deadline.NONE && above - own <= 0) {
				return; // ties belong to the ancestor, whose alarm will do
			}
		}
		Snapshot.noteForNews(scope);
		scope.links().ringAt(own);
	}

	/** Sets the alarms that are needed below since a deadline above went or moved. */
	static void rearm(ScopeNode from) {
		Deque<Links> open = new ArrayDeque<>();
		for (Links at = from.links(); at != null; at = open.poll()) {
			armIfNeeded(at.node);
			open.addAll(at.children());
		}
	}

	/** It left its parent's list while something came that waits in it. */
	static void linkAgain(ScopeNode scope) {
		link(scope);
		if (scope.cancellation() != null) {
			Spreading.wakeMissed(scope);
		}
	}

	/** A scope has closed: what goes on belongs to the next one above that is open. */
	static void handUp(ScopeNode closed, Survivors survivors) {
		Throwable failure = null;
		for (Links child : survivors.children()) {
			try {
				handUp(child.node, closed.own());
			}
			catch (Throwable ex) {
				failure = (failure != null) ? failure : ex;
			}
		}
		for (Wakeable one : survivors.waiting()) {
			try {
				moveUp(closed, one);
			}
			catch (Throwable ex) {
				failure = (failure != null) ? failure : ex;
			}
		}
		if (failure != null) {
			// No alarm could be set; a cancellation finds all of them nevertheless.
			throw Foreign.<RuntimeException>sneakyThrow(failure);
		}
	}

	private static void moveUp(ScopeNode closed, Wakeable one) {
		ScopeNode above = closed.nearestUnreleased();
		if (above == null || !one.beginMove()) {
			return;
		}
		try {
			put(one, above);
		}
		catch (Throwable ex) {
			one.holder().links().add(one); // it was registered before, so it stays
			throw ex;
		}
		finally {
			// Race: the work ends while its callback moves, and has looked for it
			// where it was.
			if (one.isOver()) {
				one.delist();
			}
		}
	}

	private static void handUp(ScopeNode scope, long dueAbove) {
		scope.forgetReleasedParents();
		link(scope);
		// Race: the last that waited there has left while it was in no list.
		scope.links().leaveWhatWaitsForNothing();
		if (dueAbove != Deadline.NONE) {
			takeOverAlarm(scope, dueAbove);
		}
		if (scope.cancellation() != null) {
			Spreading.wakeMissed(scope);
		}
	}

	/**
	 * What relied on the alarm of the scope that closed gets its own. The first scopes
	 * below that have a deadline take over the instant, which may be too early for them:
	 * their ring looks what is needed by then. Looking now would be a walk through all
	 * below, for each scope that closes.
	 */
	private static void takeOverAlarm(ScopeNode from, long due) {
		Deque<Links> open = new ArrayDeque<>();
		for (Links at = from.links(); at != null; at = open.poll()) {
			boolean hasChildren = at.hasChildren();
			if (at.node.own() == Deadline.NONE) {
				open.addAll(hasChildren ? at.children() : List.of());
			}
			else if (hasChildren) {
				Snapshot.noteForNews(at.node);
				at.ringAt(due);
			}
			else {
				armIfNeeded(at.node);
			}
		}
	}

}
