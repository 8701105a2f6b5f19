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

	/** Belongs to whoever wins the state. */
	private @Nullable Consumer<? super CancelReason> action;

	/**
	 * Null while waiting, the thread while it runs, or that thread with somebody waiting
	 * for it, then one of the two above.
	 */
	private volatile @Nullable Object state;

	/**
	 * Neighbours in the scope's list, guarded by the monitor of its links. Once taken out
	 * of there, the next one in the wave, and its thread's.
	 */
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
			over();
		}
	}

	/** The same, and throws it. */
	void runOrThrow(CancelReason reason) {
		VirtualMachineError error = run(reason);
		if (error != null) {
			throw error;
		}
	}

	/** Most often nobody waits: no monitor then, of which a wave would take a million. */
	private void over() {
		this.action = null;
		if (STATE.getAndSet(this, RAN) instanceof Awaited) {
			synchronized (this) {
				notifyAll();
			}
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
		if (unregister() || !announceWait()) {
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

	/**
	 * Tells the thread that runs it that somebody waits.
	 * @return {@code false} if there is nothing to wait for: it has run, or runs here
	 */
	private boolean announceWait() {
		while (true) {
			Object state = this.state;
			if (state instanceof Awaited awaited) {
				return awaited.runner != Thread.currentThread();
			}
			if (!(state instanceof Thread runner) || runner == Thread.currentThread()) {
				return false;
			}
			if (STATE.compareAndSet(this, runner, new Awaited(runner))) {
				return true;
			}
		}
	}

	/** It runs on this thread, which is to wake those who wait when it has. */
	private record Awaited(Thread runner) {

	}

}
