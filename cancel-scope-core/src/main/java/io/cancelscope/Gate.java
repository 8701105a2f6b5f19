package io.cancelscope;

import io.cancelscope.thread.ScopeThread;
import org.jspecify.annotations.Nullable;

/**
 * Decides whose interrupt a thread has. One per thread that is inside an interruptible
 * region, shared by the regions and masks nested on it, and gone with the outermost.
 * <p>
 * A thread's interrupt flag is one bit without a sender. What can be known is known here:
 * an interrupt of ours is set only under this object's monitor, only while the region it
 * is for goes on and nothing on top of it shuts it out, and taken back under the same
 * monitor when a region ends. That is a handshake, not a compare-and-set followed by an
 * interrupt, so none arrives late; and it waits on a monitor instead of spinning, because
 * the other side may be a virtual thread without a carrier.
 */
final class Gate {

	/** Set with the first region of all: where nobody interrupts, nobody looks. */
	private static volatile boolean used;

	private final Thread thread;

	/** The innermost region or mask; written by the thread itself, under the monitor. */
	private @Nullable GateFrame top;

	/** An interrupt of ours was set and not yet taken back. */
	private boolean owned;

	/** Somebody else's interrupt was seen while ours was set, or before. */
	private boolean foreign;

	/** How many interrupts of others the thread had counted when it was last clear. */
	private int counted;

	private Gate(Thread thread) {
		this.thread = thread;
		this.counted = count();
	}

	/** The gate of the calling thread; a new one where it is inside no region. */
	static Gate ofCallingThread(Object[] cell) {
		used = true;
		GateFrame enclosing = enclosing(cell);
		return (enclosing != null) ? enclosing.gate : new Gate(Thread.currentThread());
	}

	/** The innermost region or mask on this thread, or {@code null}. */
	static @Nullable GateFrame enclosing(Object[] cell) {
		if (!used) {
			return null;
		}
		for (Frame at = (Frame) cell[0]; at != null; at = at.previous) {
			if (at instanceof GateFrame found && !at.isOver()) {
				return found;
			}
		}
		return null;
	}

	@Nullable GateFrame top() {
		return this.top;
	}

	void push(Region region) {
		if (region.outer == null) {
			this.top = region; // nobody else knows this gate yet
			return;
		}
		synchronized (this) {
			this.top = region;
		}
	}

	/**
	 * Interrupts the thread for a region whose scope is cancelled, if that region goes
	 * on, nothing shuts it out, and no interrupt of ours is on its way already. What is
	 * shut out now is delivered when that ends.
	 * @param atBoundary the thread itself arms its own interrupt at the edge of a region;
	 * otherwise a thread never interrupts itself by cancelling
	 */
	synchronized void deliver(Region region, boolean atBoundary) {
		if (region.isOver() || this.owned || isShutOut(region)
				|| (!atBoundary && this.thread == Thread.currentThread())) {
			return;
		}
		if (this.thread.isInterrupted()) {
			this.foreign = true;
		}
		this.owned = true;
		if (this.thread instanceof ScopeThread counting) {
			counting.interruptByScope();
		}
		else {
			this.thread.interrupt();
		}
	}

	private boolean isShutOut(Region region) {
		for (GateFrame at = this.top; at != null && at != region; at = at.outer) {
			if (at instanceof Mask) {
				return true;
			}
		}
		return false;
	}

	/** Ends a region or mask: nothing of ours is set when this returns. */
	synchronized Interruption leave(GateFrame frame, @Nullable Throwable thrown) {
		this.top = frame.outer;
		frame.over();
		return takeBack(thrown);
	}

	/** A mask begins: what is ours waits until it ends, what is not ours stays. */
	synchronized void shutOut(Mask mask) {
		takeBack(null);
		this.top = mask;
	}

	private Interruption takeBack(@Nullable Throwable thrown) {
		if (!this.owned) {
			return Interruption.NOT_OURS;
		}
		boolean flag = Thread.interrupted();
		boolean bare = thrown instanceof InterruptedException;
		boolean others = this.foreign || isAnotherKnown(bare && flag);
		this.owned = false;
		this.foreign = false;
		this.counted = count();
		if (!others) {
			return Interruption.OURS;
		}
		if (!bare) {
			// Never lost: an exception says it, or the flag does.
			Thread.currentThread().interrupt();
		}
		return Interruption.OURS_AND_ANOTHER;
	}

	/**
	 * Where the thread doesn't count, two signals still show when one of them was thrown
	 * and the flag is set again.
	 */
	private boolean isAnotherKnown(boolean thrownAndSet) {
		return (this.thread instanceof ScopeThread) ? count() != this.counted : thrownAndSet;
	}

	private int count() {
		return (this.thread instanceof ScopeThread counting) ? counting.foreignInterrupts() : 0;
	}

	/**
	 * Sets the interrupt again that a region still open, and no longer shut out, has
	 * coming: its scope is cancelled and the thread may block once more.
	 */
	void rearm() {
		for (GateFrame at = this.top; at instanceof Region region; at = at.outer) {
			if (region.target.cancellation() != null) {
				deliver(region, true);
				return;
			}
		}
	}

	enum Interruption {

		NOT_OURS, OURS, OURS_AND_ANOTHER

	}

}
