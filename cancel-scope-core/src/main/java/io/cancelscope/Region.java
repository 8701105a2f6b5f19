package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of one thread's work during which cancelling a scope interrupts that thread.
 */
final class Region extends GateFrame {

	/** The scope whose cancellation interrupts here. */
	final ScopeNode target;

	/** Neighbours in the scope's list, guarded by the monitor of its links. */
	@Nullable Region before;

	@Nullable Region after;

	boolean listed;

	private final Object[] cell;

	private Region(ScopeNode target, Gate gate, Object[] cell, @Nullable Frame previous) {
		super(gate, previous);
		this.target = target;
		this.cell = cell;
	}

	/** Runs an operation in a region of its own. */
	static <T extends @Nullable Object, X extends Exception> T run(ScopeNode target, CancelScope scope,
			CancelScope.Operation<T, X> operation) throws X {
		Region region = enter(target);
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
	static Region enter(ScopeNode target) {
		Object[] cell = ScopeStack.cell();
		Frame previous = ScopeStack.top(cell);
		Region region = new Region(target, Gate.ofCallingThread(cell), cell, previous);
		region.gate.push(region);
		cell[0] = region;
		try {
			target.enlist(region);
		}
		catch (RuntimeException | Error ex) {
			region.leave(null);
			throw ex;
		}
		return region;
	}

	/**
	 * Ends the region, on its thread. A second call does nothing.
	 * @param thrown what ended the work in it, or {@code null}
	 * @return whose interrupt ended it, as far as can be known
	 */
	Gate.Interruption leave(@Nullable Throwable thrown) {
		if (isOver()) {
			return Gate.Interruption.NOT_OURS;
		}
		this.target.delist(this);
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

	boolean isOfCallingThread() {
		return ScopeStack.cell() == this.cell;
	}

	private Gate.Interruption end(@Nullable Throwable thrown) {
		Gate.Interruption whose = this.gate.leave(this, thrown);
		this.gate.rearm();
		return whose;
	}

	@Override
	String label() {
		return "the interruptible region of '" + this.target.name() + "'";
	}

	@Override
	@Nullable String abandon(String outer) {
		this.target.delist(this);
		end(null);
		return null;
	}

}
