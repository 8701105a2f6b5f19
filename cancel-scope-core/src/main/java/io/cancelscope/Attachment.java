package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * A scope made current on a thread other than by opening it there: carried work, or an
 * explicit {@code attach()}.
 */
final class Attachment extends Frame implements CancelScope.Registration {

	private final Object[] cell;

	private @Nullable ScopeNode scope;

	private volatile boolean over;

	private Attachment(@Nullable ScopeNode scope, Object[] cell, @Nullable Frame previous) {
		super(previous);
		this.scope = scope;
		this.cell = cell;
	}

	/** Makes the scope current on this thread; {@code null} stands for the root. */
	static Attachment push(@Nullable ScopeNode scope) {
		Object[] cell = ScopeStack.cell();
		Attachment attachment = new Attachment(scope, cell, ScopeStack.top(cell));
		cell[0] = attachment;
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
	String abandon(String outer) {
		this.over = true;
		ScopeNode scope = this.scope;
		return "an attachment of '" + ((scope != null) ? scope.name() : RootScope.NAME) + "'";
	}

	@Override
	public boolean unregister() {
		if (this.over) {
			return false;
		}
		this.over = true;
		if (ScopeStack.cell() == this.cell) {
			ScopeStack.pop(this.cell, this);
		}
		return true;
	}

	@Override
	public void close() {
		unregister();
	}

}
