package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * A scope made current on a thread other than by opening it there: carried work, or an
 * explicit {@code attach()}. Where the scope interrupts, so does its attachment.
 */
final class Attachment extends Frame implements CancelScope.Registration {

	private final Object[] cell;

	private @Nullable ScopeNode scope;

	/** The region on top of this, where the scope or one above it interrupts. */
	private @Nullable Region region;

	/** Whose listener learns that this came and went; {@code null} if nobody's. */
	private final @Nullable CancelScopes told;

	private volatile boolean over;

	private Attachment(@Nullable ScopeNode scope, Object[] cell, @Nullable Frame previous) {
		super(previous);
		this.scope = scope;
		this.cell = cell;
		ScopeNode known = (scope != null || previous == null) ? scope : previous.scope();
		this.told = (known != null && known.scopes.noting) ? known.scopes : null;
	}

	/** Makes the scope current on this thread; {@code null} stands for the root. */
	static Attachment push(@Nullable ScopeNode scope) {
		Object[] cell = ScopeStack.cell();
		Frame previous = ScopeStack.top(cell);
		if (previous != null && Gate.enclosing(cell) instanceof Region around
				&& (scope == null || !scope.sees(around.target))) {
			previous = Mask.below(cell, previous);
		}
		Attachment attachment = new Attachment(scope, cell, previous);
		cell[0] = attachment;
		if (scope != null && scope.interrupts()) {
			attachment.region = scope.enterRegion();
		}
		if (attachment.told != null) {
			attachment.told.tellCurrentChanged();
		}
		return attachment;
	}

	@Override
	boolean isOver() {
		return this.over;
	}

	/**
	 * A scope that closed uncancelled has released the work attached to it, so what it
	 * makes current is the nearest ancestor still open. That never goes back: keep it.
	 */
	@Override
	@Nullable ScopeNode scope() {
		ScopeNode scope = this.scope;
		if (scope != null && scope.isReleased()) {
			scope = scope.nearestUnreleased();
			this.scope = scope;
		}
		return scope;
	}

	@Override
	String label() {
		ScopeNode scope = this.scope;
		return label((scope != null) ? scope.name() : RootScope.NAME);
	}

	static String label(String name) {
		return "an attachment of '" + name + "'";
	}

	@Override
	String abandon(String outer) {
		this.over = true;
		return label();
	}

	@Override
	public boolean unregister() {
		if (this.over) {
			return false;
		}
		end(null);
		return true;
	}

	/** Ends it, and says what the work's exception is to be called from here on. */
	@Nullable RuntimeException end(@Nullable Throwable thrown) {
		boolean here = ScopeStack.cell() == this.cell;
		RuntimeException ours = null;
		try {
			if (here && this.region != null) {
				Region region = this.region;
				ours = Failures.translate(region.target, region.leave(thrown), thrown);
			}
		}
		finally {
			this.over = true;
			if (here) {
				try {
					ScopeStack.pop(this.cell, this);
				}
				finally {
					if (this.told != null) {
						this.told.tellCurrentChanged();
					}
				}
			}
		}
		return ours;
	}

	@Override
	public void close() {
		unregister();
	}

}
