package io.cancelscope;

import java.lang.System.Logger.Level;

import org.jspecify.annotations.Nullable;

/**
 * The part of a thread's stack in which callbacks run: outside of all scopes, so that a
 * stop is not stopped by what it stops, nor interrupted with the work it interrupts. The
 * thread finds its stack as it was, whatever a callback leaves open.
 */
final class Aside extends Frame {

	private final Object[] cell;

	/** What lay on the stack before, over or not. */
	private final @Nullable Frame covered;

	/** An interrupt of somebody else's for what lies below: no stop is to end by it. */
	private final boolean interrupted;

	/** Whose callbacks run here; {@code null} for one that was registered too late. */
	private final @Nullable Delivery delivery;

	private Aside(@Nullable Delivery delivery, Object[] cell, @Nullable Frame covered, @Nullable Frame previous) {
		super(previous);
		this.delivery = delivery;
		this.cell = cell;
		this.covered = covered;
		this.interrupted = Thread.interrupted();
	}

	static Aside step(@Nullable Delivery delivery) {
		Object[] cell = ScopeStack.cell();
		Frame covered = ScopeStack.top(cell);
		Aside aside = new Aside(delivery, cell, covered, Mask.below(cell, covered));
		cell[0] = aside;
		return aside;
	}

	/** Whether the calling thread is running a callback. */
	static boolean isHere() {
		return innermost() != null;
	}

	/**
	 * The delivery whose callback the calling thread is running, if it is: what is found
	 * out in a callback is told when all stops of that delivery have begun.
	 */
	static @Nullable Delivery delivery() {
		Aside here = innermost();
		return (here != null) ? here.delivery : null;
	}

	private static @Nullable Aside innermost() {
		for (Frame at = (Frame) ScopeStack.cell()[0]; at != null; at = at.previous) {
			if (at instanceof Aside here) {
				return here;
			}
		}
		return null;
	}

	/** Ends what the callback before left open. */
	void tidy() {
		if (this.cell[0] == this || !ScopeStack.contains(this.cell, this)) {
			return;
		}
		try {
			ScopeStack.dropAbove(this.cell, this, label());
		}
		catch (IllegalStateException ex) {
			Foreign.log(Level.WARNING, () -> "A callback left scopes open, which are closed now", ex);
		}
	}

	/** Back to where the thread was. */
	void back() {
		tidy();
		this.cell[0] = this.covered;
		if (this.interrupted) {
			Thread.currentThread().interrupt();
		}
		Mask.cancel(this.previous, this.covered);
	}

	@Override
	boolean isOver() {
		return false;
	}

	@Override
	@Nullable ScopeNode scope() {
		return null;
	}

	@Override
	@Nullable String abandon(String outer) {
		return null;
	}

	@Override
	String label() {
		return "a callback";
	}

}
