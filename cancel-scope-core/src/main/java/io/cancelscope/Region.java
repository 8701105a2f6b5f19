package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of one thread's work during which cancelling a scope interrupts that thread.
 * It may have an owner, the interrupting scope or an attachment of it, and is over when
 * that is, on whichever thread: from then on nothing interrupts its thread for it.
 */
final class Region extends GateFrame {

	/**
	 * The scope whose cancellation interrupts here, as long as it is open. Let go of when
	 * the region has been left: work that hands itself on from thread to thread would
	 * otherwise keep all it has been through.
	 */
	private @Nullable ScopeNode target;

	/** What ends it before its thread leaves it; {@code null} for nothing. */
	private final @Nullable Frame owner;

	/** Stands for it among what a cancellation wakes; let go of, too. */
	private @Nullable RegionWaker waker;

	private final Object[] cell;

	/** Guarded by the monitor of the gate. */
	private boolean begunTaken;

	private Region(ScopeNode target, @Nullable Frame owner, Gate gate, Object[] cell, @Nullable Frame previous) {
		super(gate, previous);
		this.target = target;
		this.owner = owner;
		this.cell = cell;
	}

	/** Runs an operation in a region of its own. */
	static <T extends @Nullable Object, X extends Exception> T run(ScopeNode target, CancelScope scope,
			CancelScope.Operation<T, X> operation) throws X {
		Region region = enter(target, null);
		T result;
		try {
			result = operation.call(scope);
		}
		catch (Throwable ex) {
			RuntimeException ours = Failures.translate(target, region.leave(ex), ex);
			if (ours != null) {
				throw ours;
			}
			throw ex;
		}
		region.leave(null);
		return result;
	}

	/** Begins a region on the calling thread. */
	static Region enter(ScopeNode target, @Nullable Frame owner) {
		Object[] cell = ScopeStack.cell();
		Frame previous = ScopeStack.top(cell);
		Region region = new Region(target, owner, Gate.ofCallingThread(cell), cell, previous);
		region.gate.push(region);
		cell[0] = region;
		RegionWaker waker = new RegionWaker(target, region);
		region.waker = waker;
		try {
			Linking.enlist(waker, target);
		}
		catch (Throwable ex) {
			region.leave(null);
			throw ex;
		}
		return region;
	}

	@Override
	boolean isOver() {
		return isLeft() || (this.owner != null && this.owner.isOver());
	}

	/**
	 * Ends the region, on its thread. A second call does nothing.
	 * @param thrown what ended the work in it, or {@code null}
	 * @return whose interrupt ended it, as far as can be known
	 */
	Gate.Interruption leave(@Nullable Throwable thrown) {
		if (isLeft()) {
			return Gate.Interruption.NOT_OURS;
		}
		try {
			ScopeStack.pop(this.cell, this);
		}
		catch (IllegalStateException ex) {
			if (thrown == null) {
				end(null);
				throw ex;
			}
			thrown.addSuppressed(ex);
		}
		return end(thrown);
	}

	/**
	 * Its owner has ended, perhaps on another thread: when this returns nothing
	 * interrupts the region's thread any more.
	 */
	void ownerEnded() {
		if (!isLeft()) {
			this.gate.settle();
			delist();
		}
	}

	private void delist() {
		RegionWaker waker = this.waker;
		if (waker != null) {
			waker.delist();
		}
	}

	/**
	 * The scope whose cancellation interrupts here; {@code null} when it has been left.
	 */
	@Nullable ScopeNode target() {
		return this.target;
	}

	/** Notes whether an interruption of ours was on its way when this began. */
	void beginsTaken(boolean taken) {
		this.begunTaken = taken;
	}

	boolean begunTaken() {
		return this.begunTaken;
	}

	boolean isOfCallingThread() {
		return ScopeStack.cell() == this.cell;
	}

	private Gate.Interruption end(@Nullable Throwable thrown) {
		if (isLeft()) {
			return Gate.Interruption.NOT_OURS; // dropped while the stack was put in order
		}
		ScopeNode target = this.target;
		boolean translated = target != null && Interruptions.isOne(thrown) && target.cancellation() != null;
		Gate.Interruption whose = this.gate.leave(this, thrown, translated);
		// After it is over: who moves it up takes it out again then.
		delist();
		this.target = null;
		this.waker = null;
		this.gate.rearm(false);
		return whose;
	}

	@Override
	void dropped() {
		end(null);
	}

	@Override
	String label() {
		ScopeNode target = this.target;
		return "the interruptible region of '" + ((target != null) ? target.name() : "") + "'";
	}

	@Override
	@Nullable String abandon(String outer) {
		end(null);
		return null;
	}

}
