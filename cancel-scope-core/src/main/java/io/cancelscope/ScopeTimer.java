package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * The alarm of a scope: one object for each time it is set, with the instant it is for.
 * So a ring that is on its way when another alarm has taken its place is known for what
 * it is, and setting one means: let it ring at the earliest of what is wanted.
 * <p>
 * Which alarm counts is decided under the monitor of the scope's {@link AlarmSlot}; it is
 * put into the time source, and taken out, under none. Race: one thread has decided for
 * an alarm and schedules it, another one has replaced it meanwhile and takes it out. In
 * the system's time the lock of the timer's queue decides: who was taken out does not
 * come in. Elsewhere the first schedules and then looks whether it was taken out, the
 * other says that it is and then takes it out, so one of them does.
 * <p>
 * An alarm may ring too early: where the deadline was moved away nothing is rescheduled,
 * and the ring sets the next one. A deadline that is moved with each heartbeat costs the
 * timer nothing then.
 */
final class ScopeTimer extends SystemTime.Alarm implements Runnable {

	private final AlarmSlot slot;

	/** What takes it out of a time source that isn't the system's. */
	private volatile @Nullable Runnable handle;

	private volatile boolean takenOut;

	ScopeTimer(AlarmSlot slot, long due, TimerLane lane) {
		super(due, lane);
		this.slot = slot;
	}

	/** Puts it into the time source, unless it has been replaced by now. */
	void schedule() {
		TimeSource time = this.slot.node.setup.timeSource;
		if (time instanceof SystemTime system) {
			system.add(this);
			return;
		}
		this.handle = time.schedule(this, this.due - time.nanoTime());
		if (this.takenOut) {
			withdraw();
		}
	}

	/** Takes it out of the time source, or sees to it that it doesn't get there. */
	void cancel() {
		if (this.slot.node.setup.timeSource instanceof SystemTime) {
			leave();
			return;
		}
		this.takenOut = true;
		withdraw();
	}

	private void withdraw() {
		Runnable handle = this.handle;
		if (handle != null) {
			Foreign.run(handle,
					() -> "The time source of scope '" + this.slot.node.name() + "' failed to cancel a task");
		}
	}

	@Override
	void ring() {
		if (this.slot.rings(this)) {
			Spreading.timeIsUp(this.slot.node);
		}
	}

	/** Called by a time source that isn't the system's. */
	@Override
	public void run() {
		ring();
	}

}
