package io.cancelscope;

import io.cancelscope.thread.ScopeThread;
import org.jspecify.annotations.Nullable;

/**
 * Decides whose interrupt a thread has. One per thread that is inside an interruptible
 * region, shared by the regions and masks nested on it, and gone with the outermost.
 * <p>
 * A thread's interrupt flag is one bit without a sender. What can be known is known here:
 * an interrupt of ours is set only under this object's monitor, only while the region it
 * is for goes on and nothing on top of it masks it, and taken back under the same monitor
 * when a region ends. That is a handshake, not a compare-and-set followed by an
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

	/**
	 * The code inside has taken an interrupt of ours, and the exception that tells of it
	 * may still be on its way out. If ours is set once more meanwhile, that exception and
	 * the flag are no sign of somebody else.
	 */
	private boolean taken;

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

	/**
	 * The innermost region or mask on this thread, or {@code null}. What its owner has
	 * ended on another thread is left on the way: whatever it has set is no longer ours.
	 */
	static @Nullable GateFrame enclosing(Object[] cell) {
		if (!used) {
			return null;
		}
		for (Frame at = (Frame) cell[0]; at != null; at = at.previous) {
			if (at instanceof GateFrame found) {
				if (!at.isOver()) {
					return found;
				}
				found.dropped();
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
			region.beginsTaken(this.owned || this.taken);
		}
	}

	/**
	 * Interrupts the thread for a region whose scope is cancelled, if that region goes
	 * on, nothing masks it, and no interrupt of ours is still to be noticed. One that the
	 * thread has taken, and perhaps swallowed, does not keep another cancellation from
	 * waking it again. What is masked now is delivered when that ends.
	 * @param atBoundary the thread itself arms its own interrupt at the edge of a region;
	 * otherwise a thread never interrupts itself by cancelling
	 */
	synchronized void deliver(Region region, boolean atBoundary) {
		if (region.isOver() || (!atBoundary && this.thread == Thread.currentThread()) || isMasked(region)) {
			return;
		}
		boolean flag = this.thread.isInterrupted();
		if (this.owned) {
			if (flag) {
				return;
			}
			this.taken = true;
		}
		else if (flag) {
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

	/** Whether the thread's class has an interrupt() of its own: one that may block. */
	boolean interruptsByForeignCode() {
		Class<?> type = this.thread.getClass();
		if (type == Thread.class || type == ScopeThread.class) {
			return false;
		}
		try {
			return !type.getMethod("interrupt").getDeclaringClass().getName().startsWith("java.");
		}
		catch (NoSuchMethodException ex) {
			return true;
		}
	}

	private boolean isMasked(Region region) {
		for (GateFrame at = this.top; at != null && at != region; at = at.outer) {
			if (at instanceof Mask mask) {
				mask.keepOut();
				return true;
			}
		}
		return false;
	}

	/**
	 * Waits until whoever is about to interrupt the thread has done so, or has seen why
	 * not.
	 */
	synchronized void settle() {
		// The monitor is all it takes.
	}

	/**
	 * Ends a region or mask: nothing of ours is set when this returns.
	 * @param thrown what ended the work in it, or {@code null}
	 * @param translated whether that goes no further: something else is thrown for it
	 */
	synchronized Interruption leave(GateFrame frame, @Nullable Throwable thrown, boolean translated) {
		frame.left();
		GateFrame at = this.top;
		while (at != null && at.isLeft()) {
			at = at.outer;
		}
		this.top = at;
		Interruption whose = takeBack(thrown);
		if (translated || (thrown == null && frame instanceof Region region && !region.begunTaken())) {
			this.taken = false; // nothing of it is on its way out
		}
		return whose;
	}

	/** A mask begins: what is ours waits until it ends, what is not ours stays. */
	synchronized void mask(Mask mask) {
		if (this.owned) {
			mask.keepOut();
		}
		takeBack(null);
		this.top = mask;
	}

	private Interruption takeBack(@Nullable Throwable thrown) {
		if (!this.owned) {
			return Interruption.NOT_OURS;
		}
		boolean flag = Thread.interrupted();
		boolean bare = thrown instanceof InterruptedException;
		boolean others = this.foreign || isAnotherKnown(bare && flag && !this.taken);
		this.owned = false;
		this.foreign = false;
		this.taken |= !flag;
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
	 * Sets the interrupt again that a region still open, and no longer masked, has
	 * coming: its scope is cancelled and the thread may block once more.
	 * @param beside whether somebody else's interruption is on its way out
	 */
	void rearm(boolean beside) {
		for (GateFrame at = this.top; at instanceof Region region; at = at.outer) {
			ScopeNode target = region.target();
			if (target != null && !region.isOver() && target.cancellation() != null) {
				deliver(region, true);
				if (beside) {
					noteForeign();
				}
				return;
			}
		}
	}

	private synchronized void noteForeign() {
		this.foreign |= this.owned;
	}

	enum Interruption {

		NOT_OURS, OURS, OURS_AND_ANOTHER

	}

}
