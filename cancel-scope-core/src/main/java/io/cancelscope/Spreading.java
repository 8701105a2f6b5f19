package io.cancelscope;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What follows when a cancellation has begun in a scope: the tree below is told, what is
 * blocked there is found, and then the same for each bubbling scope on the way up. Only
 * when the whole tree knows, what was found is delivered. How this fits the scopes'
 * states is told in {@link ScopeNode}.
 */
final class Spreading {

	private Spreading() {
	}

	/** Spreads a cancellation that was just stored where it began. */
	static void spread(ScopeNode scope, Cancellation begun, Delivery delivery) {
		arrive(scope, begun, delivery);
		climb(scope, begun, delivery);
		delivery.interrupt();
	}

	private static void climb(ScopeNode scope, Cancellation begun, Delivery delivery) {
		if (scope.nextToBubble() == null) {
			return;
		}
		settleAbove(scope, begun);
		for (ScopeNode at = scope.nextToBubble(); at != null; at = at.nextToBubble()) {
			if (at.hasFlag(ScopeNode.OBSERVED) && at.cancellation() == null) {
				Observed.tell(at, begun, delivery);
				break;
			}
			Cancellation climbed = begun.climbed();
			if (at.store(climbed)) {
				arrive(at, climbed, delivery);
			}
			else if (!at.isReleased()) {
				break; // whoever cancelled it climbs on from there
			}
		}
	}

	private static void arrive(ScopeNode scope, Cancellation stored, Delivery delivery) {
		scope.raiseEpoch();
		stored.untold = false;
		delivery.addNewsOf(scope, stored);
		collect(scope, delivery);
	}

	/**
	 * Stores what already happened in the scopes that the cancellation is about to climb
	 * to, outermost first, so that it doesn't come before an earlier cause.
	 */
	private static void settleAbove(ScopeNode scope, Cancellation begun) {
		Deque<ScopeNode> climb = new ArrayDeque<>();
		for (ScopeNode at = scope.nextToBubble(); at != null; at = at.nextToBubble()) {
			climb.push(at);
		}
		climb.forEach((at) -> at.settle(begun));
	}

	/** Takes what is to be woken in and below a cancelled scope into the delivery. */
	static void collect(ScopeNode scope, Delivery delivery) {
		Links links = scope.linksIfAny();
		if (links == null) {
			return;
		}
		Deque<Family> open = new ArrayDeque<>(0);
		collect(links, delivery, open);
		for (Family family = open.poll(); family != null; family = open.poll()) {
			List<Links> some = family.parent.takeSomeChildren();
			while (!some.isEmpty()) {
				for (Links child : some) {
					reach(child.node, family, delivery);
					collect(child, delivery, open);
				}
				some = family.parent.takeSomeChildren();
			}
		}
		links.leave();
	}

	private static void collect(Links links, Delivery delivery, Deque<Family> open) {
		if (links.node.stored() instanceof Cancellation stored && links.wake(delivery)) {
			open.add(new Family(stored, links));
		}
	}

	/**
	 * Stores the cancellation of the parent, or the own deadline if that came first. One
	 * that closes at this moment stays as it is; who closes it hands on what it holds.
	 */
	private static void reach(ScopeNode scope, Family family, Delivery delivery) {
		Cancellation above = family.above;
		while (scope.stored() == null) {
			long own = scope.own();
			boolean first = own != Deadline.NONE && above.comesAfter(own);
			Cancellation next = first ? scope.expiry(own) : above.reached();
			if (first) {
				next.untold = false; // the tree was told by the one above
			}
			if (first ? scope.storeExpiry(own, next) : scope.storeFromAbove(next, family.parent.node.effective())) {
				delivery.addNewsOf(scope, next);
			}
		}
	}

	/** Wakes what the thread that cancelled this scope may have missed. */
	static void wakeMissed(ScopeNode scope) {
		Delivery missed = new Delivery();
		collect(scope, missed);
		deliver(scope, missed);
	}

	/**
	 * A deadline leaves what is to be run to other threads, for nobody here has asked for
	 * it.
	 */
	static void deliver(ScopeNode scope, Delivery missed) {
		missed.interrupt();
		if (scope.stored() instanceof Cancellation stored && stored.isExpiry()) {
			missed.runOn(scope.setup);
		}
		else {
			missed.runHere();
		}
	}

	/** Stores that a scope's own deadline has passed, if it still is that one. */
	static void expire(ScopeNode scope, long instant) {
		Snapshot.noteForNews(scope);
		Cancellation begun = scope.expiry(instant);
		if (scope.storeExpiry(instant, begun)) {
			Delivery delivery = new Delivery();
			spread(scope, begun, delivery);
			deliver(scope, delivery);
		}
	}

	/**
	 * The alarm rings: what is due is stored. Where the deadline was moved away, sets
	 * what is needed now, also below: alarms there may have relied on this one.
	 */
	static void timeIsUp(ScopeNode scope) {
		View view = View.from(scope, 0, true);
		ScopeNode owner = view.owner();
		if (scope.stored() != null || view.above() != null || owner == null) {
			return;
		}
		if (view.isExpired(scope.now())) {
			expire(owner, view.earliest());
		}
		else {
			Linking.rearm(scope);
		}
	}

	/** A scope with children, and the cancellation that is to reach them next. */
	private record Family(Cancellation above, Links parent) {

	}

}
