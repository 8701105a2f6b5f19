package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * Shuts the regions around it out of a thread for a while: a scope is about to begin here
 * which doesn't see theirs. It lies below the entry of that scope and ends with it.
 */
final class Mask extends GateFrame {

	private Mask(Gate gate, @Nullable Frame previous) {
		super(gate, previous);
	}

	/**
	 * Begins a mask if the thread is inside a region.
	 * @return what the entry of the scope is to be put on
	 */
	static @Nullable Frame below(Object[] cell, @Nullable Frame previous) {
		GateFrame enclosing = Gate.enclosing(cell);
		if (!(enclosing instanceof Region)) {
			return previous;
		}
		Mask mask = new Mask(enclosing.gate, previous);
		mask.gate.shutOut(mask);
		return mask;
	}

	/** Ends it if the entry that has gone lay on one. */
	static void endBelow(Frame gone) {
		if (gone.previous instanceof Mask mask && !mask.isOver()) {
			mask.end();
		}
	}

	/** Takes back one that was begun for a scope which then failed to open. */
	static void cancel(@Nullable Frame below, @Nullable Frame previous) {
		if (below != previous && below instanceof Mask mask) {
			mask.end();
		}
	}

	private void end() {
		this.gate.leave(this, null);
		this.gate.rearm();
	}

	@Override
	String label() {
		return "a shield";
	}

	@Override
	@Nullable String abandon(String outer) {
		end();
		return null;
	}

}
