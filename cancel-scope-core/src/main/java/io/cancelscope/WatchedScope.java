package io.cancelscope;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * A scope that a listener of everything watches: it knows when and where it was opened,
 * and how far the listener has been told. One object more would cost as much as the
 * scope.
 * <p>
 * The listener is told of the opening, then of the cancellation if there is one, then of
 * the close, by whichever thread comes upon them. One thread tells at a time; what
 * happens meanwhile is left to it.
 */
sealed class WatchedScope extends TreeScope permits RememberedWatchedScope {

	private static final VarHandle TOLD;

	private static final VarHandle THREAD;

	private static final VarHandle CLOSED_AT;

	static {
		try {
			TOLD = MethodHandles.lookup().findVarHandle(WatchedScope.class, "told", int.class);
			THREAD = MethodHandles.lookup().findVarHandle(WatchedScope.class, "thread", Thread.class);
			CLOSED_AT = MethodHandles.lookup().findVarHandle(WatchedScope.class, "closedAt", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final int OPENING = 0;

	private static final int OPENED = 1;

	private static final int TELLING = 2;

	private static final int TOLD_CANCELLED = 3;

	private static final int CLOSED_MEANWHILE = 4;

	final long openedAt;

	/** Written before the state says that it is closed, or later; never moved. */
	private long closedAt = Deadline.NONE;

	private @Nullable Thread thread;

	private int told = OPENING;

	WatchedScope(Setup setup, ScopeOptions options, @Nullable ScopeNode parent, boolean seesParent,
			@Nullable Frame previous, int flags, long own, long openedAt) {
		super(setup, options, parent, seesParent, previous, flags, own);
		this.openedAt = openedAt;
		this.thread = ((flags & UNBOUND) != 0) ? null : Thread.currentThread();
	}

	/**
	 * Where it was opened; {@code null} for one that is bound to no thread, or closed.
	 */
	final @Nullable Thread thread() {
		return (Thread) THREAD.getOpaque(this);
	}

	final void forgetThread() {
		THREAD.setRelease(this, null);
	}

	/**
	 * The clock is read to see whether the deadline passed before the close; that reading
	 * also tells the listeners how long it took.
	 */
	@Override
	final boolean closesQuietly() {
		if (effective() != Deadline.NONE) {
			long now = now();
			if (isQuietAt(now)) {
				CLOSED_AT.setOpaque(this, now);
				return true;
			}
		}
		return cancellation() == null;
	}

	/**
	 * When it was closed. Where the close had no reason to read the clock, the first who
	 * asks afterwards does.
	 */
	final long closedAt() {
		long known = (long) CLOSED_AT.getOpaque(this);
		if (known != Deadline.NONE) {
			return known;
		}
		long now = now();
		long other = (long) CLOSED_AT.compareAndExchange(this, Deadline.NONE, now);
		return (other != Deadline.NONE) ? other : now;
	}

	/**
	 * The listener has been told of the opening: from now on others tell. Race: another
	 * thread finds the scope cancelled while this one tells, and leaves that to it. So
	 * who calls this looks at the state afterwards. It takes no compare-and-set, a
	 * twentieth of a scope; what this thread does not see yet is told at the close.
	 */
	final void endOpened() {
		TOLD.setRelease(this, OPENED);
	}

	/**
	 * Whether the caller is to tell that the scope was cancelled; nobody else will. Not
	 * while a thread tells that it was opened: that one then goes on.
	 */
	final boolean beginCancelled() {
		return TOLD.compareAndSet(this, OPENED, TELLING);
	}

	/** Whether the scope was closed meanwhile, and the caller is to tell that, too. */
	final boolean endCancelled() {
		return !TOLD.compareAndSet(this, TELLING, TOLD_CANCELLED);
	}

	/**
	 * Whether the caller is to tell that the scope was closed. Not while another thread
	 * tells that it was cancelled: that one then goes on. The scope is closed by now, so
	 * nobody begins to tell that after this has looked.
	 */
	final boolean beginClosed() {
		return (int) TOLD.getVolatile(this) != TELLING || !TOLD.compareAndSet(this, TELLING, CLOSED_MEANWHILE);
	}

}
