package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * Opens scopes: the short way for one in which nothing is special, since half of what an
 * open costs is looking for things that most scopes don't have, and the long one.
 */
final class Opening {

	/** What makes a difference to a scope opened inside. */
	private static final int PASSED_ON = ScopeNode.BUBBLES | ScopeNode.CLOSED_LATER | ScopeNode.INTERRUPTS
			| ScopeNode.OBSERVED;

	private Opening() {
	}

	static TreeScope bound(Setup setup, ScopeOptions options) {
		Object[] cell = ScopeStack.cell();
		Frame previous = ScopeStack.top(cell);
		if (options.plain && setup.plain) {
			if (previous == null) {
				Object[] young = ScopeStack.young(cell);
				return bindPlain(young, plain(setup, options, null, null));
			}
			ScopeNode around = (previous instanceof ScopeNode scope) ? scope
					: (previous instanceof Attachment attachment) ? attachment.scope() : null;
			if (around != null && isPlainAround(around, setup)) {
				around.forgetReleasedParents();
				return bindPlain(cell, plain(setup, options, around, previous));
			}
		}
		else if (previous == null) {
			return bind(cell, full(setup, options, null, null, 0));
		}
		ScopeNode around = previous.scope();
		Frame below = options.seesNothingAround() ? Mask.below(cell, previous) : previous;
		try {
			return bind(cell, full(setup, options, around, below, 0));
		}
		catch (Throwable ex) {
			Mask.cancel(below, previous);
			throw ex;
		}
	}

	static TreeScope unbound(Setup setup, ScopeOptions options) {
		ScopeNode around = ScopeStack.currentNode(ScopeStack.cell());
		if (around != null) {
			around.markCarried();
		}
		TreeScope scope = full(setup, options, around, null, ScopeNode.UNBOUND);
		return isPlain(scope) ? scope : afterOpening(scope);
	}

	/** Passes nothing on to a scope opened inside, but what all scopes do. */
	private static boolean isPlainAround(ScopeNode around, Setup setup) {
		return around.setup == setup && (around.flags() & PASSED_ON) == 0
				&& around.depth() + 1 < DeepNesting.SUSPICIOUS;
	}

	/** A scope with a timeout, and nothing else that is special. */
	private static TreeScope plain(Setup setup, ScopeOptions options, @Nullable ScopeNode parent,
			@Nullable Frame previous) {
		int flags = (parent != null) ? (parent.depth() + 1) << ScopeNode.DEPTH_SHIFT : 0;
		long own = Deadline.NONE;
		long now = Deadline.NONE;
		if (options.timeoutNanos != Deadline.NONE) {
			now = setup.timeSource.nanoTime();
			own = Deadline.instant(now, Math.max(0, options.timeoutNanos));
			if (options.timeoutNanos <= 0) {
				flags |= ScopeNode.OPENED_LATE;
			}
		}
		return make(setup, options, parent, true, previous, flags, own, now);
	}

	/** A scope with anything that can be asked for. */
	private static TreeScope full(Setup setup, ScopeOptions options, @Nullable ScopeNode around,
			@Nullable Frame previous, int flags) {
		ScopeNode parent = options.has(ScopeOptions.DETACHED) ? null : skipEquals(around);
		int all = flags | inherited(options, parent);
		Setup here = (parent != null) ? setup.onTimeOf(parent.setup) : setup;
		boolean seesParent = !options.has(ScopeOptions.SHIELD);
		boolean observed = Observed.isMeant(here, options);
		if (options.has(ScopeOptions.KEYED)) {
			all |= ScopeNode.KEYED;
		}
		long now = Deadline.NONE;
		long asked = Deadline.NONE;
		if (options.timeoutNanos != Deadline.NONE || options.deadline != null || observed) {
			now = here.timeSource.nanoTime();
			asked = asked(here, options, now);
		}
		if (observed) {
			TreeScope scope = make(here, options, parent, seesParent, previous, all | ScopeNode.OBSERVED, Deadline.NONE,
					now);
			scope.links().rarities().observed = new Observed(now, asked);
			return scope;
		}
		if (asked != Deadline.NONE && asked - now <= 0) {
			all |= ScopeNode.OPENED_LATE;
		}
		return make(here, options, parent, seesParent, previous, all, asked, now);
	}

	private static int inherited(ScopeOptions options, @Nullable ScopeNode parent) {
		int inherited = 0;
		if (parent != null) {
			parent.forgetReleasedParents();
			inherited |= (parent.flags() & ScopeNode.BUBBLES)
					| (Math.min(parent.depth() + 1, ScopeNode.MAX_DEPTH) << ScopeNode.DEPTH_SHIFT);
		}
		if (options.has(ScopeOptions.BUBBLE)) {
			inherited |= ScopeNode.BUBBLES;
		}
		if (options.has(ScopeOptions.INTERRUPT)
				|| (parent != null && parent.hasFlag(ScopeNode.INTERRUPTS) && !options.has(ScopeOptions.SHIELD))) {
			inherited |= ScopeNode.INTERRUPTS;
		}
		return inherited;
	}

	private static long asked(Setup setup, ScopeOptions options, long now) {
		long asked = (options.deadline != null) ? options.deadline.instantOn(setup.timeSource) : Deadline.NONE;
		if (options.timeoutNanos != Deadline.NONE) {
			asked = Deadline.earlier(asked, Deadline.instant(now, options.timeoutNanos));
		}
		return (asked != Deadline.NONE) ? Deadline.notBefore(now, asked) : Deadline.NONE;
	}

	private static TreeScope make(Setup setup, ScopeOptions options, @Nullable ScopeNode parent, boolean seesParent,
			@Nullable Frame previous, int flags, long own, long now) {
		if (!setup.noting) {
			return (parent == null && setup.roots != null) ? new RememberedScope(setup, options, previous, flags, own)
					: new TreeScope(setup, options, parent, seesParent, previous, flags, own);
		}
		// The clock was read a moment ago, if there is a timeout; reading it costs the
		// most.
		long openedAt = (now != Deadline.NONE) ? now : setup.timeSource.nanoTime();
		return (parent == null && setup.roots != null)
				? new RememberedWatchedScope(setup, options, previous, flags, own, openedAt)
				: new WatchedScope(setup, options, parent, seesParent, previous, flags, own, openedAt);
	}

	/**
	 * Work that goes on in cancelled scopes and carries itself along would otherwise grow
	 * a chain of closed ones for ever.
	 */
	private static @Nullable ScopeNode skipEquals(@Nullable ScopeNode around) {
		ScopeNode at = around;
		while (at != null && !at.isTop()) {
			ScopeNode parent = at.parent();
			if (parent == null || !isEqualBelow(at, parent)) {
				break;
			}
			at = parent;
		}
		return at;
	}

	/** Closed, and what opens here finds the same one level up. */
	private static boolean isEqualBelow(ScopeNode scope, ScopeNode parent) {
		return scope.hasFlag(ScopeNode.CLOSED_LATER)
				&& scope.hasFlag(ScopeNode.BUBBLES) == parent.hasFlag(ScopeNode.BUBBLES)
				&& scope.options.exceptionFactory == null && scope.stored() instanceof Cancellation here
				&& parent.stored() instanceof Cancellation above && above.reached() == here.reached();
	}

	private static TreeScope bindPlain(Object[] cell, TreeScope scope) {
		cell[0] = scope;
		if ((scope.flags() & ScopeNode.OPENED_LATE) != 0) {
			return afterOpening(scope);
		}
		if (scope.parent() == null && scope.setup.roots != null) {
			scope.remember(scope.setup.roots.opened(scope));
		}
		News news = scope.setup.news;
		if (news != null && scope instanceof WatchedScope watched) {
			news.opened(watched);
		}
		return scope;
	}

	private static TreeScope bind(Object[] cell, TreeScope scope) {
		cell[0] = scope;
		return isPlain(scope) ? scope : afterOpening(scope);
	}

	/** Nothing more to do for it on opening. */
	private static boolean isPlain(TreeScope scope) {
		return !scope.setup.watching && (scope.parent() != null || scope.setup.roots == null)
				&& !scope.options.has(ScopeOptions.CHECK_ON_ENTER | ScopeOptions.INTERRUPT | ScopeOptions.KEYED)
				&& (scope.own() == Deadline.NONE || !scope.hasFlag(ScopeNode.BUBBLES | ScopeNode.OPENED_LATE))
				&& scope.depth() != DeepNesting.SUSPICIOUS;
	}

	private static TreeScope afterOpening(TreeScope scope) {
		Setup setup = scope.setup;
		try {
			if (scope.depth() == DeepNesting.SUSPICIOUS) {
				DeepNesting.warn(scope);
			}
			if (scope.parent() == null && setup.roots != null) {
				scope.remember(setup.roots.opened(scope));
			}
			String key = scope.options.key;
			if (key != null) {
				scope.links().rarities().key = setup.keys.opened(scope, key);
			}
			if (setup.forgotten != null) {
				setup.forgotten.opened(scope);
			}
			if (scope instanceof WatchedScope watched && setup.news != null) {
				setup.news.opened(watched);
			}
			if (key != null) {
				setup.keys.tellOpened(scope);
			}
			if (scope.hasFlag(ScopeNode.OPENED_LATE)) {
				inheritCancellation(scope);
				scope.cancellation();
			}
			if (scope.own() != Deadline.NONE && scope.climbs() && scope.cancellation() == null) {
				Linking.armIfNeeded(scope);
			}
			if (scope.options.has(ScopeOptions.CHECK_ON_ENTER)) {
				scope.check();
			}
			if (scope.options.has(ScopeOptions.INTERRUPT) && !scope.hasFlag(ScopeNode.UNBOUND)) {
				scope.links().rarities().region = Region.enter(scope, scope);
			}
			return scope;
		}
		catch (Throwable ex) {
			scope.close();
			throw ex;
		}
	}

	/**
	 * What cancelled the parent came before the deadline of this scope, which can't have
	 * passed before it was set; also if the clock reads the same.
	 */
	private static void inheritCancellation(ScopeNode scope) {
		ScopeNode parent = scope.visibleParent();
		Cancellation above = (parent != null) ? parent.cancellation() : null;
		if (parent != null && above != null && scope.storeFromAbove(above.reached(), parent.effective())
				&& scope.setup.news != null) {
			scope.setup.news.found(scope, above);
		}
	}

}
