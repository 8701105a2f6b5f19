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
final class WatchedScope extends TreeScope {

	private static final VarHandle TOLD;

	private static final VarHandle THREAD;

	static {
		try {
			TOLD = MethodHandles.lookup().findVarHandle(WatchedScope.class, "told", int.class);
			THREAD = MethodHandles.lookup().findVarHandle(WatchedScope.class, "thread", Thread.class);
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

	private @Nullable Thread thread;

	private int told = OPENING;

	private Roots.@Nullable Root root;

	WatchedScope(Setup setup, ScopeOptions options, @Nullable ScopeNode parent, boolean seesParent,
			@Nullable Frame previous, int flags, long own, long openedAt) {
		super(setup, options, parent, seesParent, previous, flags, own);
		this.openedAt = openedAt;
		this.thread = ((flags & UNBOUND) != 0) ? null : Thread.currentThread();
	}

	/**
	 * Where it was opened; {@code null} for one that is bound to no thread, or closed.
	 */
	@Nullable Thread thread() {
		return (Thread) THREAD.getOpaque(this);
	}

	void forgetThread() {
		THREAD.setRelease(this, null);
	}

	@Override
	Roots.@Nullable Root root() {
		return this.root;
	}

	@Override
	void remember(Roots.Root root) {
		this.root = root;
	}

	/**
	 * The listener has been told of the opening: from now on others tell. Race: another
	 * thread finds the scope cancelled while this one tells, and leaves that to it. So
	 * who calls this looks at the state afterwards. It takes no compare-and-set, a
	 * twentieth of a scope; what this thread does not see yet is told at the close.
	 */
	void endOpened() {
		TOLD.setRelease(this, OPENED);
	}

	/**
	 * Whether the caller is to tell that the scope was cancelled; nobody else will. Not
	 * while a thread tells that it was opened: that one then goes on.
	 */
	boolean beginCancelled() {
		return TOLD.compareAndSet(this, OPENED, TELLING);
	}

	/** Whether the scope was closed meanwhile, and the caller is to tell that, too. */
	boolean endCancelled() {
		return !TOLD.compareAndSet(this, TELLING, TOLD_CANCELLED);
	}

	/**
	 * Whether the caller is to tell that the scope was closed. Not while another thread
	 * tells that it was cancelled: that one then goes on. The scope is closed by now, so
	 * nobody begins to tell that after this has looked.
	 */
	boolean beginClosed() {
		return (int) TOLD.getVolatile(this) != TELLING || !TOLD.compareAndSet(this, TELLING, CLOSED_MEANWHILE);
	}

}
