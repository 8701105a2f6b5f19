package io.cancelscope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;

import org.jspecify.annotations.Nullable;

/**
 * What has to be woken when a scope is cancelled: what waits for it, its
 * {@linkplain AlarmSlot alarm}, and those of its {@linkplain LinkedChildren children}
 * below which there is something to wake. Made only when the first of these comes.
 * <p>
 * Everything in these three is guarded by this object's monitor, except that
 * {@link #before} and {@link #after} are guarded by the monitor of the container. No
 * monitor is taken while another one of these is held, and neither foreign code nor a
 * time source is called under one. How this fits the scopes' states is told in
 * {@link ScopeNode}.
 */
final class Links extends LinkedChildren {

	private static final VarHandle RARITIES;

	static {
		try {
			RARITIES = MethodHandles.lookup().findVarHandle(Links.class, "rarities", Rarities.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private @Nullable Wakeable waiting;

	/** What only few scopes have. */
	private volatile @Nullable Rarities rarities;

	/** The cancellation took what was here; nothing new comes in. */
	private boolean cancelled;

	/** The scope is closed; nothing new comes in. */
	private boolean closed;

	Links(ScopeNode node) {
		super(node);
	}

	// What waits

	/**
	 * Adds something to wake at the end.
	 * @return {@code false} if it is too late: the scope was cancelled or closed
	 */
	synchronized boolean add(Wakeable one) {
		// Who closed the scope may not have seen these links, and set no flag.
		if (this.cancelled || this.closed || this.node.isReleased()) {
			return false;
		}
		if (!one.isListed()) {
			this.waiting = Chain.addLast(this.waiting, one);
		}
		return true;
	}

	/** Removes it if it is here; with the last thing to wake the alarms go, too. */
	void remove(Wakeable one) {
		ScopeTimer needless;
		synchronized (this) {
			if (one.holder() != this.node || !one.isListed() || this.cancelled) {
				return;
			}
			this.waiting = Chain.remove(this.waiting, one);
			if (isNeeded()) {
				return;
			}
			needless = takeNeedlessTimer();
		}
		cancel(needless);
		leaveWhatWaitsForNothing();
	}

	@Override
	boolean isShut() {
		return this.cancelled || this.closed;
	}

	@Override
	boolean isNeeded() {
		return this.waiting != null || isParent();
	}

	// The ends

	/**
	 * Takes all that waits in a cancelled scope into the delivery, and leaves nothing
	 * here but the children.
	 * @return whether there are any
	 */
	boolean wake(Delivery delivery) {
		boolean hasChildren;
		ScopeTimer alarm;
		synchronized (this) {
			this.cancelled = true;
			this.waiting = Chain.drain(this.waiting, Integer.MAX_VALUE, (one) -> one.collect(delivery));
			hasChildren = isParent();
			alarm = takeTimer();
		}
		cancel(alarm);
		return hasChildren;
	}

	/**
	 * Ends all of this for a closed scope: the opener's callbacks are dropped, the alarm
	 * is gone, and the parent forgets it.
	 * @return what goes on, in no list now; {@code null} for nothing
	 */
	@Nullable Survivors close() {
		Survivors survivors = null;
		ScopeTimer alarm;
		synchronized (this) {
			this.closed = true;
			Wakeable first = this.waiting;
			if (first != null && (first.after != first || first.outlivesClose()) || isParent()) {
				Survivors all = new Survivors(new ArrayList<>(), new ArrayList<>());
				this.waiting = Chain.drain(first, Integer.MAX_VALUE, all::add);
				releaseChildren(all::add);
				survivors = all;
			}
			else if (first != null) {
				this.waiting = Chain.remove(first, first);
			}
			alarm = takeTimer();
		}
		leave();
		cancel(alarm);
		return survivors;
	}

	// What only few have

	@Nullable Rarities raritiesIfAny() {
		return this.rarities;
	}

	Rarities rarities() {
		Rarities known = this.rarities;
		if (known != null) {
			return known;
		}
		Rarities fresh = new Rarities();
		Rarities other = (Rarities) RARITIES.compareAndExchange(this, null, fresh);
		return (other != null) ? other : fresh;
	}

}
