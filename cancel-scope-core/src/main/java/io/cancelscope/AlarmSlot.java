package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * The place for the alarm of a scope that has something to wake. At most one is set: the
 * earliest of those that were asked for. Guarded by this object's monitor; the time
 * source is called under none. See {@link ScopeTimer} for what happens between the two.
 */
abstract sealed class AlarmSlot extends Link permits LinkedChildren {

	final ScopeNode node;

	private @Nullable ScopeTimer timer;

	AlarmSlot(ScopeNode node) {
		this.node = node;
	}

	/** Whether there is something to wake. With the monitor. */
	abstract boolean isNeeded();

	/** Whether there is something to wake, at this moment. */
	final synchronized boolean hasSomethingToWake() {
		return isNeeded();
	}

	/** Whether nothing new comes in any more. With the monitor. */
	abstract boolean isShut();

	/**
	 * Makes the alarm ring at this instant, unless it rings before, or there is nothing
	 * to wake. Scheduled under no monitor.
	 */
	final void ringAt(long due) {
		ScopeTimer next;
		ScopeTimer before;
		synchronized (this) {
			before = this.timer;
			if (isShut() || (before != null && before.due - due <= 0) || this.node.isOver()
					|| !(isNeeded() || this.node.climbs())) {
				return;
			}
			next = new ScopeTimer(this, due, SystemTime.INSTANCE.lane());
			this.timer = next;
		}
		try {
			next.schedule();
		}
		catch (Throwable ex) {
			putBack(before, next);
			throw ex;
		}
		cancel(before);
	}

	/**
	 * The next alarm could not be set: whoever comes next tries again. The one before is
	 * still there, and counts again; if it has rung meanwhile, nobody has listened. It
	 * goes if the next one was replaced or taken meanwhile.
	 */
	private void putBack(@Nullable ScopeTimer before, ScopeTimer next) {
		boolean replaced;
		synchronized (this) {
			replaced = this.timer != next;
			if (!replaced) {
				this.timer = before;
			}
		}
		if (replaced) {
			cancel(before);
		}
		else if (before != null && this.node.now() - before.due >= 0) {
			before.ring();
		}
	}

	/**
	 * Whether an alarm is set for this instant, or before. Without the monitor: who has
	 * just registered something was in it, so it sees an alarm that went before that, and
	 * none goes after.
	 */
	final boolean isSetFor(long due) {
		ScopeTimer alarm = this.timer;
		return alarm != null && alarm.due - due <= 0;
	}

	/**
	 * An alarm rings.
	 * @return {@code false} if another one has taken its place, or none
	 */
	final synchronized boolean rings(ScopeTimer alarm) {
		if (this.timer != alarm) {
			return false;
		}
		this.timer = null;
		return true;
	}

	/**
	 * Takes the alarm now that nothing is left to wake, unless it is watched from above.
	 * With the monitor.
	 */
	final @Nullable ScopeTimer takeNeedlessTimer() {
		return this.node.climbs() ? null : takeTimer();
	}

	/** Takes the alarm. With the monitor. */
	final @Nullable ScopeTimer takeTimer() {
		ScopeTimer alarm = this.timer;
		this.timer = null;
		return alarm;
	}

	/** Cancels an alarm that was taken. Without the monitor. */
	static void cancel(@Nullable ScopeTimer alarm) {
		if (alarm != null) {
			alarm.cancel();
		}
	}

}
