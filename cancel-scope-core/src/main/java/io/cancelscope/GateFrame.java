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

	/** Its thread has left it. */
	private volatile boolean left;

	GateFrame(Gate gate, @Nullable Frame previous) {
		super(previous);
		this.gate = gate;
		this.outer = gate.top();
	}

	@Override
	boolean isOver() {
		return this.left;
	}

	/** Whether its thread has left it: what is over may still have to be left. */
	final boolean isLeft() {
		return this.left;
	}

	final void left() {
		this.left = true;
	}

	@Override
	@Nullable ScopeNode scope() {
		return scopeBelow();
	}

}
