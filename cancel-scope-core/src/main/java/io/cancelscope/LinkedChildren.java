package io.cancelscope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The children of a scope below which there is something to wake, and its own place among
 * those of its parent. See {@link Links} for what guards what.
 */
abstract sealed class LinkedChildren extends AlarmSlot permits Links {

	private static final VarHandle CONTAINER;

	static {
		try {
			CONTAINER = MethodHandles.lookup().findVarHandle(LinkedChildren.class, "container", LinkedChildren.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** Few enough to still be in the processor's cache when it is their turn. */
	private static final int SOME = 256;

	/** Whose child this is, or {@code null}. */
	private volatile @Nullable LinkedChildren container;

	private @Nullable LinkedChildren children;

	/**
	 * Set once every link from here to the top of the tree is in place, and believed only
	 * together with {@link #isHeld()}.
	 */
	volatile boolean anchored;

	LinkedChildren(ScopeNode node) {
		super(node);
	}

	/**
	 * Takes a child into the list, unless it is in one already. If this scope is
	 * cancelled there is nothing to do either: the child's thread looks once more after
	 * linking, and wakes itself.
	 * @return {@code false} if this scope is closed and was not cancelled, so that the
	 * child belongs to an ancestor of it by now
	 */
	final synchronized boolean adopt(LinkedChildren child) {
		// Who closed the scope may not have seen these links, and set no flag.
		if (this.node.isReleased()) {
			return false;
		}
		// Guards against another thread that links the same child to an ancestor of ours.
		if (!isShut() && CONTAINER.compareAndSet(child, null, this)) {
			this.children = Chain.addLast(this.children, child);
		}
		return true;
	}

	final synchronized boolean hasChildren() {
		return isParent();
	}

	/** Whether there are children. With the monitor. */
	final boolean isParent() {
		return this.children != null;
	}

	/** Whether this is in the list of a scope above. */
	final boolean isHeld() {
		return this.container != null;
	}

	/**
	 * Nothing waits here any more: this leaves the list of its parent, and if that waits
	 * for nothing else, the parent does the same, so that no alarm above is left. Race:
	 * another thread registers something here again, believes that it is still linked,
	 * and a cancellation that comes now does not find it: this one looks after it has
	 * left, links it again, and wakes what was missed.
	 */
	final void leaveWhatWaitsForNothing() {
		LinkedChildren at = this;
		LinkedChildren above = at.container;
		while (above != null && at.beginLeaving()) {
			boolean idle = above.drop(at);
			if (at.hasSomethingToWake()) {
				Linking.linkAgain(at.node);
				return;
			}
			if (!idle) {
				return;
			}
			at = above;
			above = at.container;
		}
	}

	private synchronized boolean beginLeaving() {
		if (isNeeded()) {
			return false;
		}
		this.anchored = false;
		return true;
	}

	/** Leaves the parent's list for good if the scope was closed in the meantime. */
	final void leaveIfOver() {
		if (this.node.isOver()) {
			leave();
		}
	}

	/** Leaves the parent's list for good: nothing is to be woken here any more. */
	final void leave() {
		for (LinkedChildren holder = this.container; holder != null; holder = this.container) {
			if (holder.drop(this)) {
				holder.leaveWhatWaitsForNothing();
			}
		}
	}

	/**
	 * Drops a child, unless it has left.
	 * @return whether nothing is to be woken here any more
	 */
	private boolean drop(LinkedChildren child) {
		boolean idle;
		ScopeTimer needless;
		synchronized (this) {
			if (child.container == this) {
				this.children = Chain.remove(this.children, child);
				release(child);
			}
			idle = !isNeeded();
			needless = idle ? takeNeedlessTimer() : null;
		}
		cancel(needless);
		return idle;
	}

	private static void release(LinkedChildren child) {
		CONTAINER.setRelease(child, null); // leaving the monitor is the fence
	}

	/**
	 * Takes some of the children of a scope that was cancelled, so that no new ones come.
	 * @return the children, which are in no list now; empty if there are no more
	 */
	final synchronized List<Links> takeSomeChildren() {
		List<Links> some = new ArrayList<>();
		this.children = Chain.drain(this.children, SOME, (child) -> {
			release(child);
			some.add((Links) child);
		});
		return some;
	}

	final synchronized List<Links> children() {
		List<Links> all = new ArrayList<>();
		LinkedChildren first = this.children;
		for (LinkedChildren at = first; at != null; at = (at.after != first) ? (LinkedChildren) at.after : null) {
			all.add((Links) at);
		}
		return all;
	}

	/** Lets all children of a closed scope go. With the monitor. */
	final void releaseChildren(Consumer<Links> taker) {
		this.children = Chain.drain(this.children, Integer.MAX_VALUE, (child) -> {
			child.anchored = false;
			release(child);
			taker.accept((Links) child);
		});
	}

}
