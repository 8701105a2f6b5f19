package io.cancelscope;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * One callback registered with a scope. One compare-and-set decides between the run and
 * the taking back: {@code waiting → running → ran}, or {@code waiting → taken back}.
 */
final class Callback implements CancelScope.Registration {

	private static final Logger logger = System.getLogger(CancelScope.class.getName());

	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(Callback.class, "state", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final Object RAN = new Object();

	private static final Object TAKEN_BACK = new Object();

	private final ScopeNode scope;

	private volatile @Nullable Consumer<? super CancelReason> action;

	/** Null while waiting, the thread while it runs, then one of the two above. */
	private volatile @Nullable Object state;

	/** Neighbours in the scope's list, guarded by the monitor of its links. */
	@Nullable Callback before;

	@Nullable Callback after;

	boolean listed;

	Callback(ScopeNode scope, Consumer<? super CancelReason> action) {
		this.scope = scope;
		this.action = action;
	}

	/**
	 * Runs the action, unless it has run or was taken back.
	 * @return what it threw if the JVM itself is in trouble, otherwise {@code null}
	 */
	@Nullable VirtualMachineError run(CancelReason reason) {
		if (!STATE.compareAndSet(this, null, Thread.currentThread())) {
			return null;
		}
		Consumer<? super CancelReason> action = this.action;
		try {
			if (action != null) {
				action.accept(reason);
			}
			return null;
		}
		catch (Throwable ex) {
			logger.log(Level.WARNING, "A callback of scope '" + this.scope.name() + "' failed on cancellation ("
					+ reason.kind() + "); the others run all the same", ex);
			return (ex instanceof VirtualMachineError error) ? error : null;
		}
		finally {
			over(RAN);
		}
	}

	/** The same, and throws it. */
	void runOrThrow(CancelReason reason) {
		VirtualMachineError error = run(reason);
		if (error != null) {
			throw error;
		}
	}

	private void over(Object outcome) {
		this.action = null;
		synchronized (this) {
			this.state = outcome;
			notifyAll();
		}
	}

	@Override
	public boolean unregister() {
		if (STATE.compareAndSet(this, null, TAKEN_BACK)) {
			this.action = null;
			this.scope.remove(this);
		}
		return this.state == TAKEN_BACK;
	}

	@Override
	public void close() {
		if (unregister() || this.state == Thread.currentThread()) {
			return;
		}
		boolean interrupted = false;
		synchronized (this) {
			while (this.state != RAN) {
				try {
					wait();
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

}
