package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * What a scope sees when it looks up to the top of its tree: the nearest cancellation,
 * and the earliest deadline on the way there.
 *
 * @param above the nearest cancellation, or {@code null}
 * @param earliest the earliest deadline, or {@link Deadline#NONE}
 * @param owner whose deadline that is; {@code null} where there is none or it isn't known
 * @param deadlineAbove the deadline of the scope that is cancelled, if one is
 */
record View(@Nullable Cancellation above, long earliest, @Nullable ScopeNode owner, long deadlineAbove) {

	/**
	 * Looks up as far as there is something to see. Unless every step is asked for, an
	 * ancestor that is up to date answers for all above it; it knows the earliest
	 * deadline then, but not whose it is. Of two at the same instant the outer one owns
	 * it.
	 */
	static View from(ScopeNode scope, int epoch, boolean everyStep) {
		long earliest = Deadline.NONE;
		ScopeNode owner = null;
		for (ScopeNode at = scope; at != null; at = at.visibleAbove()) {
			Object state = at.stored();
			if (state instanceof Cancellation above) {
				return new View(above, earliest, owner, at.effective());
			}
			if (!everyStep && state == null && at != scope && at.isAsOf(epoch)) {
				long known = at.effective();
				return Deadline.isLater(known, earliest) ? new View(null, earliest, owner, Deadline.NONE)
						: new View(null, known, null, Deadline.NONE);
			}
			long own = at.own();
			if (state == null && own != Deadline.NONE && !Deadline.isLater(own, earliest)) {
				earliest = own;
				owner = at;
			}
		}
		return new View(null, earliest, owner, Deadline.NONE);
	}

	/** The earliest deadline of all, that of the cancelled scope included. */
	long earliestWithAbove() {
		return Deadline.earlier(this.earliest, this.deadlineAbove);
	}

	/** Whether the earliest deadline had passed at an instant, and before all else. */
	boolean isExpired(long instant) {
		return this.earliest != Deadline.NONE && (this.above == null || this.above.comesAfter(this.earliest))
				&& instant - this.earliest >= 0;
	}

}
