package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * Where an exception of ours was made, as far as it is still open: in a scope, and once
 * that has closed, in the one around it. So whoever catches the exception can tell
 * whether it comes from within, and who keeps it keeps no closed scope.
 */
final class Whereabouts {

	private @Nullable ScopeNode scope;

	/** Where it is when the scope has closed. */
	private @Nullable Whereabouts around;

	Whereabouts(ScopeNode scope) {
		this.scope = scope;
	}

	/** The scope has closed. */
	void closed(@Nullable Whereabouts around) {
		synchronized (this) {
			this.scope = null;
			this.around = around;
		}
	}

	/** Whether that is in the other scope, or in one inside it, also behind a shield. */
	boolean isIn(ScopeNode other) {
		Whereabouts at = this;
		while (at != null) {
			ScopeNode scope;
			Whereabouts next;
			synchronized (at) {
				scope = at.scope;
				next = at.around;
			}
			if (scope != null) {
				return scope.isInside(other);
			}
			at = next;
		}
		return false;
	}

}
