package io.cancelscope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a cancellation wakes: a callback, or a thread in an interruptible region. It is
 * listed with the scope that it waits for, its {@link #holder}.
 * <p>
 * The holder changes where that scope closes without having been cancelled while the work
 * behind this goes on (R16): then this moves up to the nearest open ancestor. The one who
 * moves it has taken it out of the old list, names the new holder, puts it into the new
 * list, and then looks whether it is over; who ends it says that it is over and then
 * takes it out of the holder's list. So it stays in no list once it is over.
 */
abstract class Wakeable extends Link {

	private static final VarHandle HOLDER;

	static {
		try {
			HOLDER = MethodHandles.lookup().findVarHandle(Wakeable.class, "holder", ScopeNode.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private ScopeNode holder;

	Wakeable(ScopeNode holder) {
		this.holder = holder;
	}

	/** Puts it into the delivery of its scope's cancellation. */
	abstract void collect(Delivery delivery);

	/** Wakes it here and now: its scope was cancelled before it could be found. */
	abstract void wake(Cancellation cancellation);

	/** Whether there is nothing left to wake. */
	abstract boolean isOver();

	/**
	 * Whether the work behind it goes on when its scope closes: then it moves up.
	 * Otherwise it belonged to the opener, and is dropped.
	 */
	abstract boolean outlivesClose();

	/**
	 * It is about to move up.
	 * @return {@code false} if the work has ended in the meantime
	 */
	boolean beginMove() {
		return true;
	}

	/** The scope it is listed with, or was last. */
	final ScopeNode holder() {
		return (ScopeNode) HOLDER.getVolatile(this);
	}

	/**
	 * Names the scope it is about to be listed with; most often that is known already.
	 */
	final void holdBy(ScopeNode scope) {
		if (this.holder != scope) {
			HOLDER.setVolatile(this, scope);
		}
	}

	/** Takes it out of whichever list it is in. */
	final void delist() {
		ScopeNode at;
		do {
			at = holder();
			Links links = at.linksIfAny();
			if (links != null) {
				links.remove(this);
			}
		}
		while (at != holder());
	}

}
