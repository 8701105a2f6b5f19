package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * An entry of a thread's stack that has to do with interrupts. It leaves the current
 * scope as it is.
 */
abstract class GateFrame extends Frame {

	final Gate gate;

	/** The region or mask around this one, on the same thread. */
	final @Nullable GateFrame outer;

	private volatile boolean over;

	GateFrame(Gate gate, @Nullable Frame previous) {
		super(previous);
		this.gate = gate;
		this.outer = gate.top();
	}

	@Override
	boolean isOver() {
		return this.over;
	}

	void over() {
		this.over = true;
	}

	@Override
	@Nullable ScopeNode scope() {
		for (Frame at = this.previous; at != null; at = at.previous) {
			if (!at.isOver()) {
				return at.scope();
			}
		}
		return null;
	}

}
