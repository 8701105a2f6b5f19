package io.cancelscope;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What {@link CancelScope#details()} tells.
 */
final class Snapshot {

	private Snapshot() {
	}

	static ScopeDetails of(ScopeNode scope) {
		boolean closed = scope.isOver();
		if (!closed) {
			scope.cancellation(); // a closed one is shown as it closed
		}
		boolean origin = scope.stored() instanceof Cancellation known && known.begunHere();
		long openedAt = openedAt(scope);
		boolean timed = openedAt != Deadline.NONE;
		long until = timed ? until(scope, closed) : 0;
		return new ScopeDetails(nearestOpenAround(scope), scope.options.has(ScopeOptions.SHIELD),
				scope.hasFlag(ScopeNode.BUBBLES), scope.options.interrupts(), scope.hasFlag(ScopeNode.OBSERVED),
				!scope.hasFlag(ScopeNode.UNBOUND), scope.hasFlag(ScopeNode.CARRIED), closed,
				scope.hasFlag(ScopeNode.FAILED), origin, timed ? Duration.ofNanos(until - openedAt) : null,
				timed ? scope.setup.timeSource : null, until, budget(scope, openedAt), scope.options.budgetSource,
				thread(scope));
	}

	private static long until(ScopeNode scope, boolean closed) {
		return (closed && scope instanceof WatchedScope watched) ? watched.closedAt() : scope.now();
	}

	private static @Nullable Duration budget(ScopeNode scope, long openedAt) {
		// A released scope's own deadline counts for nobody else, but it was this one's.
		long due = Deadline.earlier(scope.own(), scope.effective());
		Observed observed = Observed.of(scope);
		if (observed != null) {
			due = Deadline.earlier(due, observed.deadline());
		}
		return (openedAt != Deadline.NONE && due != Deadline.NONE) ? Duration.ofNanos(Math.max(0, due - openedAt))
				: null;
	}

	static @Nullable ScopeNode nearestOpenAround(ScopeNode scope) {
		ScopeNode at = scope.parent();
		while (at != null && at.isOver()) {
			at = at.parent();
		}
		return at;
	}

	private static long openedAt(ScopeNode scope) {
		if (scope instanceof WatchedScope watched) {
			return watched.openedAt;
		}
		Noted noted = noted(scope);
		return (noted != null) ? noted.openedAt : openedAtByTimeout(scope);
	}

	private static @Nullable Thread thread(ScopeNode scope) {
		if (scope instanceof WatchedScope watched) {
			return watched.thread();
		}
		Noted noted = noted(scope);
		return (noted != null) ? noted.thread : null;
	}

	private static @Nullable Noted noted(ScopeNode scope) {
		Rarities rarities = scope.raritiesIfAny();
		return (rarities != null) ? rarities.noted : null;
	}

	/** When it was opened, as its timeout tells until its deadline is moved. */
	private static long openedAtByTimeout(ScopeNode scope) {
		long own = scope.own();
		if (scope.setup.news == null || own == Deadline.NONE || scope.options.deadline != null) {
			return Deadline.NONE;
		}
		return scope.hasFlag(ScopeNode.OPENED_LATE) ? own : own - scope.options.timeoutNanos;
	}

	/**
	 * What a listener of cancellations alone may ask when it hears of one that begins
	 * here: noted before the deadline is moved, before an alarm watches it, and when it
	 * is found to have passed.
	 */
	static void noteForNews(ScopeNode scope) {
		if (scope.setup.news == null || scope instanceof WatchedScope || noted(scope) != null) {
			return;
		}
		ScopeNode here = ScopeStack.currentNode(ScopeStack.cell());
		boolean inside = here != null && here.sees(scope);
		scope.links().rarities().noted = new Noted(openedAtByTimeout(scope), inside ? Thread.currentThread() : null);
	}

}
