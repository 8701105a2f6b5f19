package io.cancelscope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What has to be woken when a scope is cancelled: its callbacks, the threads in its
 * regions, its timer, and those of its children below which there is something to wake.
 * Made only when the first of these comes. The lists are intrusive, so that taking an
 * entry out of a hundred thousand costs what it costs out of one.
 * <p>
 * Everything here is guarded by this object's monitor, except that {@link #before} and
 * {@link #after} are guarded by the monitor of the {@link #container}. No monitor is
 * taken while another one of these is held, and no foreign code runs under one. How this
 * fits the scopes' states is told in {@link ScopeNode}.
 */
final class Links implements Runnable {

	private static final VarHandle CONTAINER;

	static {
		try {
			CONTAINER = MethodHandles.lookup().findVarHandle(Links.class, "container", Links.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final int SOME = 256;

	final ScopeNode node;

	/**
	 * Set once every link from here to the top of the tree is in place, and believed only
	 * together with {@link #isHeld()}.
	 */
	volatile boolean anchored;

	/** Set on opening, if the scope is among those watched for being forgotten. */
	ForgottenScopes.@Nullable Trace trace;

	/** Set on opening, if the scope is only observed. */
	@Nullable Observed observed;

	/** Set on opening, if the scope has no parent and those are remembered. */
	Roots.@Nullable Root root;

	/** Set on opening, if a listener watches the scope. */
	volatile @Nullable Noted noted;

	/** Whose child list this is in, or {@code null}. */
	private volatile @Nullable Links container;

	private @Nullable Links before;

	private @Nullable Links after;

	private @Nullable Links firstChild;

	private @Nullable Links lastChild;

	private @Nullable Callback firstCallback;

	private @Nullable Callback lastCallback;

	private @Nullable Region firstRegion;

	/** The region of the thread that opened the scope, where it interrupts. */
	@Nullable Region own;

	/** The cancellation took what was here; nothing new comes in. */
	private boolean woken;

	/** The scope is closed; nothing new comes in. */
	private boolean gone;

	private boolean armed;

	/** Tells the arming of a timer from a later one. */
	private int arming;

	private @Nullable Runnable timer;

	Links(ScopeNode node) {
		this.node = node;
	}

	/**
	 * Adds a callback at the end.
	 * @return {@code false} if it is too late: the scope was cancelled or closed
	 */
	synchronized boolean add(Callback callback) {
		if (this.woken || this.gone) {
			return false;
		}
		callback.before = this.lastCallback;
		if (this.lastCallback != null) {
			this.lastCallback.after = callback;
		}
		else {
			this.firstCallback = callback;
		}
		this.lastCallback = callback;
		callback.listed = true;
		return true;
	}

	synchronized void remove(Callback callback) {
		if (!callback.listed) {
			return;
		}
		Callback before = callback.before;
		Callback after = callback.after;
		if (before != null) {
			before.after = after;
		}
		else {
			this.firstCallback = after;
		}
		if (after != null) {
			after.before = before;
		}
		else {
			this.lastCallback = before;
		}
		unlist(callback);
	}

	private static void unlist(Callback callback) {
		callback.listed = false;
		callback.before = null;
		callback.after = null;
	}

	/**
	 * Adds a region that the scope's cancellation interrupts.
	 * @return {@code false} if it is too late: the scope was cancelled or closed
	 */
	synchronized boolean add(Region region) {
		if (this.woken || this.gone) {
			return false;
		}
		region.after = this.firstRegion;
		if (this.firstRegion != null) {
			this.firstRegion.before = region;
		}
		this.firstRegion = region;
		region.listed = true;
		return true;
	}

	synchronized void remove(Region region) {
		if (!region.listed) {
			return;
		}
		if (region.before != null) {
			region.before.after = region.after;
		}
		else {
			this.firstRegion = region.after;
		}
		if (region.after != null) {
			region.after.before = region.before;
		}
		unlist(region);
	}

	private static void unlist(Region region) {
		region.listed = false;
		region.before = null;
		region.after = null;
	}

	private void takeRegions(Consumer<Region> taker) {
		for (Region at = this.firstRegion; at != null;) {
			Region next = at.after;
			unlist(at);
			taker.accept(at);
			at = next;
		}
		this.firstRegion = null;
	}

	/**
	 * Takes a child into the list, unless it is in one already. If this scope is
	 * cancelled there is nothing to do either: the child's thread looks once more after
	 * linking, and wakes itself.
	 * @return {@code false} if this scope is closed and was not cancelled, so that the
	 * child belongs to an ancestor of it by now
	 */
	synchronized boolean adopt(Links child) {
		// Whoever closed the scope may not have seen these links, and set no flag.
		if (this.node.isReleased()) {
			return false;
		}
		if (this.gone) {
			return true;
		}
		// Guards against another thread that links the same child to an ancestor of ours.
		if (this.woken || !CONTAINER.compareAndSet(child, null, this)) {
			return true;
		}
		child.before = this.lastChild;
		if (this.lastChild != null) {
			this.lastChild.after = child;
		}
		else {
			this.firstChild = child;
		}
		this.lastChild = child;
		return true;
	}

	/** Whether this is in the list of a scope above. */
	boolean isHeld() {
		return this.container != null;
	}

	/** Leaves the parent's list for good if the scope was closed in the meantime. */
	void leaveIfOver() {
		if (this.node.isOver()) {
			leaveContainer();
		}
	}

	private void leaveContainer() {
		for (Links holder = this.container; holder != null; holder = this.container) {
			holder.drop(this);
		}
	}

	private synchronized void drop(Links child) {
		if (child.container != this) {
			return;
		}
		Links before = child.before;
		Links after = child.after;
		if (before != null) {
			before.after = after;
		}
		else {
			this.firstChild = after;
		}
		if (after != null) {
			after.before = before;
		}
		else {
			this.lastChild = before;
		}
		release(child);
	}

	private static void release(Links child) {
		child.before = null;
		child.after = null;
		CONTAINER.setRelease(child, null); // leaving the monitor is the fence
	}

	/**
	 * Takes all callbacks of a cancelled scope into the wave, and leaves nothing here but
	 * the children.
	 * @return whether there are any
	 */
	boolean wake(CancelReason reason, Wave wave) {
		boolean hasChildren;
		Runnable timer;
		synchronized (this) {
			this.woken = true;
			for (Callback at = this.firstCallback; at != null;) {
				Callback next = at.after;
				unlist(at);
				wave.add(at, reason);
				at = next;
			}
			this.firstCallback = null;
			this.lastCallback = null;
			if (this.firstRegion != null) {
				takeRegions(wave::add);
			}
			hasChildren = this.firstChild != null;
			timer = takeTimer();
		}
		if (timer != null) {
			timer.run();
		}
		return hasChildren;
	}

	/**
	 * Takes some of the children of a scope that was woken, so that no new ones come: few
	 * enough to still be in the processor's cache when it is their turn.
	 * @return the children, which are in no list now; empty if there are no more
	 */
	synchronized List<Links> takeSomeChildren() {
		List<Links> children = new ArrayList<>();
		Links at = this.firstChild;
		while (at != null && children.size() < SOME) {
			Links next = at.after;
			release(at);
			children.add(at);
			at = next;
		}
		this.firstChild = at;
		if (at != null) {
			at.before = null;
		}
		else {
			this.lastChild = null;
		}
		return children;
	}

	private void takeChildren(Consumer<Links> taker) {
		for (Links at = this.firstChild; at != null;) {
			Links next = at.after;
			release(at);
			taker.accept(at);
			at = next;
		}
		this.firstChild = null;
		this.lastChild = null;
	}

	/**
	 * Ends all of this for a closed scope: callbacks are dropped, the timer is gone, and
	 * the parent forgets it.
	 * @return the children, which are in no list now
	 */
	List<Links> dispose() {
		List<Links> children = List.of();
		Runnable timer;
		synchronized (this) {
			this.gone = true;
			for (Callback at = this.firstCallback; at != null;) {
				Callback next = at.after;
				unlist(at);
				at = next;
			}
			this.firstCallback = null;
			this.lastCallback = null;
			if (this.firstRegion != null) {
				takeRegions((region) -> {
				});
			}
			if (this.firstChild != null) {
				children = new ArrayList<>();
				for (Links at = this.firstChild; at != null; at = at.after) {
					at.anchored = false;
				}
				takeChildren(children::add);
			}
			timer = takeTimer();
		}
		leaveContainer();
		if (timer != null) {
			timer.run();
		}
		return children;
	}

	synchronized List<Links> children() {
		List<Links> children = new ArrayList<>();
		for (Links at = this.firstChild; at != null; at = at.after) {
			children.add(at);
		}
		return children;
	}

	synchronized boolean hasSomethingToWake() {
		return this.armed || this.firstCallback != null || this.firstRegion != null || this.firstChild != null;
	}

	/** Sets the timer for the scope's own deadline, unless it is set. */
	void arm(long due) {
		if (this.node.scopes.timeSource instanceof SystemTime system) {
			arm(system, due);
		}
		else {
			arm(this.node.scopes.timeSource, due);
		}
	}

	private synchronized void arm(SystemTime time, long due) {
		if (!this.armed && !this.woken && !this.gone && !this.node.isOver()) {
			this.timer = time.scheduleAt(this, due);
			this.armed = true;
		}
	}

	/** A time source of a user, which is not to be called under the monitor. */
	private void arm(TimeSource time, long due) {
		int arming;
		synchronized (this) {
			if (this.armed || this.woken || this.gone) {
				return;
			}
			this.armed = true;
			arming = ++this.arming;
		}
		Runnable timer = time.schedule(this, due - time.nanoTime());
		synchronized (this) {
			if (this.armed && this.arming == arming && !this.node.isOver()) {
				this.timer = timer;
				return;
			}
		}
		timer.run();
	}

	void disarm() {
		Runnable timer;
		synchronized (this) {
			timer = takeTimer();
		}
		if (timer != null) {
			timer.run();
		}
	}

	private @Nullable Runnable takeTimer() {
		Runnable timer = this.timer;
		this.timer = null;
		this.armed = false;
		return timer;
	}

	/** The timer rings. */
	@Override
	public void run() {
		synchronized (this) {
			this.timer = null;
			this.armed = false;
		}
		this.node.timeIsUp();
	}

}
