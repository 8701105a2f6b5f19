package io.cancelscope;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * One callback registered with a scope. One compare-and-set decides between the run and
 * the taking back: {@code waiting → running → ran}, or {@code waiting → taken back}.
 * <p>
 * While it waits it is in the chain of its holder. Taken out of there, {@link #after} is
 * the next one in the {@link Delivery}.
 */
class Callback extends Wakeable implements CancelScope.Registration {

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

	/** Belongs to whoever wins the state. */
	private @Nullable Consumer<? super CancelReason> action;

	/**
	 * Null while waiting, the thread while it runs, or that thread with somebody waiting
	 * for it, then one of the two above.
	 */
	private volatile @Nullable Object state;

	Callback(ScopeNode holder, Consumer<? super CancelReason> action) {
		super(holder);
		this.action = action;
	}

	@Override
	boolean outlivesClose() {
		return false;
	}

	@Override
	boolean isOver() {
		return this.state != null;
	}

	@Override
	void collect(Delivery delivery) {
		delivery.add(this);
	}

	@Override
	void wake(Cancellation cancellation) {
		Aside aside = Aside.step(null);
		VirtualMachineError error;
		try {
			error = run();
		}
		finally {
			aside.back();
		}
		if (error != null) {
			throw error;
		}
	}

	/**
	 * Runs the action, unless it has run or was taken back.
	 * @return what it threw if the JVM itself is in trouble, otherwise {@code null}
	 */
	@Nullable VirtualMachineError run() {
		if (!STATE.compareAndSet(this, null, Thread.currentThread())) {
			return null;
		}
		Consumer<? super CancelReason> action = this.action;
		CancelReason reason = Cancellation.reasonOf(holder());
		try {
			Throwable thrown = (action != null && reason != null) ? Foreign.call(action, reason) : null;
			if (thrown != null) {
				Foreign.log(Level.WARNING, this::complaint, thrown);
			}
			return (thrown instanceof VirtualMachineError error) ? error : null;
		}
		finally {
			over();
		}
	}

	private String complaint() {
		CancelReason reason = Cancellation.reasonOf(holder());
		return "A callback of scope '" + holder().name() + "' failed on cancellation ("
				+ ((reason != null) ? reason.kind() : "") + "). The other callbacks are not affected";
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
			delist();
		}
		return this.state == TAKEN_BACK;
	}

	/**
	 * A thread that runs a callback waits for no other: the two might wait for each
	 * other.
	 */
	@Override
	public void close() {
		if (unregister() || Aside.isHere()) {
			return;
		}
		announceWait();
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
	 * Tells the thread that runs it that somebody waits. If another one has told it
	 * first, or it has run meanwhile, there is nothing to tell.
	 */
	private void announceWait() {
		if (this.state instanceof Thread runner) {
			STATE.compareAndSet(this, runner, Awaited.INSTANCE);
		}
	}

	/** It runs, and its thread is to wake those who wait when it has. */
	private enum Awaited {

		INSTANCE

	}

}
