package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * Shuts the regions around it out of a thread for a while: a scope is about to begin here
 * which doesn't see theirs. It lies below the entry of that scope and ends with it.
 */
final class Mask extends GateFrame {

	/** An interrupt of ours was kept out: it has to be set when this ends. */
	private boolean keptOut;

	/**
	 * An interruption came out of what lay on this: none of those kept out, nor of a
	 * scope inside.
	 */
	private boolean foreign;

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
		mask.gate.mask(mask);
		return mask;
	}

	/** Ends it if the entry that has gone lay on one. */
	static void endBelow(Frame gone) {
		if (gone.previous instanceof Mask mask && !mask.isOver()) {
			mask.end();
		}
	}

	/**
	 * Ends one that nothing lies on any more, such as that of a scope which failed to
	 * open. It sets only an interrupt that it kept out: a thread that cancels is not to
	 * interrupt itself.
	 */
	static void cancel(@Nullable Frame below, @Nullable Frame previous) {
		if (below != previous && below instanceof Mask mask && !mask.isLeft()) {
			mask.gate.leave(mask, null, false);
			if (mask.keptOut) {
				mask.gate.rearm(mask.foreign);
			}
		}
	}

	/**
	 * Notes what ends the work on top of an entry that lies on a mask. An interruption of
	 * a scope inside is none of another's, by its own name or that of the region's scope.
	 */
	static void endedBy(Frame top, Gate.Interruption whose, Throwable thrown) {
		if (top.previous instanceof Mask mask && whose != Gate.Interruption.OURS && Interruptions.isOne(thrown)
				&& ScopeCancelledException.findIn(thrown) == null) {
			mask.foreign = true;
		}
	}

	/** Guarded by the monitor of the gate. */
	void keepOut() {
		this.keptOut = true;
	}

	private void end() {
		if (!isLeft()) {
			this.gate.leave(this, null, false);
			this.gate.rearm(this.foreign);
		}
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
