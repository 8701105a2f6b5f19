package io.cancelscope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A scope made current on a thread other than by opening it there: carried work, or an
 * explicit {@code attach()}. Where the scope interrupts, so does its attachment.
 * <p>
 * It stands for the work that goes on in it. When it has ended it holds nothing: work
 * that hands itself on from thread to thread would otherwise keep all it has been
 * through.
 */
final class Attachment extends Frame implements CancelScope.Registration {

	private static final VarHandle SCOPE;

	static {
		try {
			SCOPE = MethodHandles.lookup().findVarHandle(Attachment.class, "scope", ScopeNode.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Object[] cell;

	private @Nullable ScopeNode scope;

	/** The region on top of this, where the scope or one above it interrupts. */
	private @Nullable Region region;

	/** Who learns that this came and went; {@code null} for nobody. */
	private final @Nullable News told;

	/** Callbacks of this work whose scope has closed; guarded by this. */
	private @Nullable Adopted adopted;

	private volatile boolean over;

	private Attachment(@Nullable ScopeNode scope, Object[] cell, @Nullable Frame previous) {
		super(previous);
		this.scope = scope;
		this.cell = cell;
		ScopeNode known = (scope != null || previous == null) ? scope : previous.scope();
		this.told = (known != null && known.setup.noting) ? known.setup.news : null;
	}

	/** Makes the scope current on this thread; {@code null} stands for the root. */
	static Attachment push(@Nullable ScopeNode scope) {
		Object[] cell = ScopeStack.cell();
		Frame before = ScopeStack.top(cell);
		Frame previous = before;
		if (previous != null && Gate.enclosing(cell) instanceof Region around && !sees(scope, around.target())) {
			previous = Mask.below(cell, previous);
		}
		Attachment attachment = new Attachment(scope, cell, previous);
		cell[0] = attachment;
		if (scope != null && scope.hasFlag(ScopeNode.INTERRUPTS)) {
			attachment.enterRegion(scope, before);
		}
		if (attachment.told != null) {
			attachment.told.currentChanged();
		}
		return attachment;
	}

	private static boolean sees(@Nullable ScopeNode scope, @Nullable ScopeNode target) {
		return scope != null && target != null && scope.sees(target);
	}

	/** Begins a region for the nearest scope that interrupts. */
	private void enterRegion(ScopeNode scope, @Nullable Frame before) {
		try {
			for (ScopeNode at = scope; at != null; at = at.visibleAbove()) {
				if (at.options.interrupts() && !at.isReleased()) {
					this.region = Region.enter(at, this);
					return;
				}
			}
		}
		catch (Throwable ex) {
			this.over = true;
			this.cell[0] = before;
			Mask.cancel(this.previous, before);
			throw ex;
		}
	}

	/**
	 * The work on the calling thread that carries a scope, or sees it from one it
	 * carries.
	 * @param scope one that isn't released
	 * @return {@code null} where the thread has opened the scope itself, or isn't in it
	 */
	static @Nullable Attachment underWhich(ScopeNode scope) {
		for (Frame at = (Frame) ScopeStack.cell()[0]; at != null && at != scope; at = at.previous) {
			if (at instanceof Aside) {
				return null;
			}
			if (at instanceof Attachment attachment && !attachment.over) {
				ScopeNode carried = attachment.scope;
				if (carried != null && carried.sees(scope)) {
					return attachment;
				}
			}
		}
		return null;
	}

	/**
	 * Takes a callback that moves up: from now on it ends with this work.
	 * @return {@code false} if this has ended
	 */
	synchronized boolean adopt(WorkCallback callback) {
		if (this.over) {
			return false;
		}
		if (this.adopted == null) {
			this.adopted = new Adopted();
		}
		this.adopted.add(callback);
		return true;
	}

	private synchronized List<WorkCallback> takeAdopted() {
		List<WorkCallback> adopted = (this.adopted != null) ? this.adopted.callbacks : List.of();
		this.adopted = null;
		return adopted;
	}

	/** Who learns that this came and went; {@code null} for nobody. */
	@Nullable News told() {
		return this.told;
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
		ScopeNode scope = (ScopeNode) SCOPE.getAcquire(this);
		if (scope == null) {
			// Race: another thread ends this after the caller has looked.
			return this.over ? scopeBelow() : null;
		}
		if (scope.isReleased()) {
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
		String label = label();
		over();
		letGo();
		return label;
	}

	@Override
	public boolean unregister() {
		if (this.over) {
			return false;
		}
		end(null);
		return ScopeStack.cell() == this.cell;
	}

	/** Ends it, and says what the work's exception is to be called from here on. */
	@Nullable RuntimeException end(@Nullable Throwable thrown) {
		boolean here = ScopeStack.cell() == this.cell;
		RuntimeException ours = null;
		try {
			Gate.Interruption whose = Gate.Interruption.NOT_OURS;
			Region region = this.region;
			ScopeNode target = (region != null) ? region.target() : null;
			if (here && region != null && target != null) {
				whose = region.leave(thrown);
				ours = Failures.translate(target, whose, thrown);
			}
			if (thrown != null) {
				Mask.endedBy(this, whose, thrown);
			}
		}
		finally {
			over();
			if (here) {
				leave();
			}
			else if (this.region != null) {
				this.region.ownerEnded();
			}
			letGo();
		}
		return ours;
	}

	private void leave() {
		try {
			ScopeStack.pop(this.cell, this);
		}
		finally {
			if (this.told != null) {
				this.told.currentChanged();
			}
		}
	}

	/**
	 * The work has ended, and with it what it registered in scopes that closed before.
	 */
	private void over() {
		this.over = true;
		takeAdopted().forEach(WorkCallback::workEnded);
	}

	private void letGo() {
		SCOPE.setRelease(this, null); // after it is over
		this.region = null;
	}

	@Override
	public void close() {
		unregister();
	}

	/**
	 * Work may go on for long, and register one after the other: what is over is dropped
	 * whenever the list has doubled.
	 */
	private static final class Adopted {

		private final List<WorkCallback> callbacks = new ArrayList<>();

		private int most = 16;

		private void add(WorkCallback callback) {
			if (this.callbacks.size() >= this.most) {
				this.callbacks.removeIf(Callback::isOver);
				this.most = Math.max(16, 2 * this.callbacks.size());
			}
			this.callbacks.add(callback);
		}

	}

}
