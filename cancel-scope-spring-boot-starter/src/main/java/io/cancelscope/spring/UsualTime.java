package io.cancelscope.spring;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.CancelScope;
import io.cancelscope.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * The usual time of the calls of one name, and whether a call still begins with what is
 * left of its budget. For features. Thread-safe.
 * <p>
 * The usual time is the median of the last {@value RecentCalls#MOST} calls that ended
 * within the last minute. It is unknown below {@value RecentCalls#LEAST} such calls, and
 * every call begins then. It is measured from the beginning of the work, so the wait for
 * a thread is no part of it.
 * <p>
 * A call for which less is left is refused. For one second after that, a call needs one
 * and a half times the usual time: one that barely fits would be stopped as likely as
 * not, and a median that moves a little does not turn decisions. One of
 * {@value #REFUSED_PER_TRIAL} refused calls begins all the same, but not before ten times
 * the usual time has passed since the last one: a trial. If the work has become faster,
 * trials show it.
 * <p>
 * Race: threads end calls at the same time. One adds its call, and those that find it
 * doing so drop theirs, since nobody waits for statistics. The same holds for counting
 * refused calls.
 */
public final class UsualTime {

	static final int REFUSED_PER_TRIAL = 50;

	/** A trial stands for those that were refused, so it counts as so many calls. */
	static final int TRIAL_WEIGHT = 8;

	/** In usual times. */
	private static final long BETWEEN_TRIALS = 10;

	/** For how long a refusal makes those after it stricter. */
	private static final long STRICT_NANOS = 1_000_000_000L;

	/** How often the median is determined, at most. */
	private static final long RENEWAL_NANOS = 5_000_000L;

	private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

	private final TimeSource time;

	/** The calls whose end is not that of the method that begins them. */
	private final ScopeMap<Call> outliving = new ScopeMap<>();

	private final AtomicBoolean busy = new AtomicBoolean();

	/** Guarded by busy. */
	private final RecentCalls recent = new RecentCalls();

	/** Guarded by busy. */
	private long renewed;

	/** The refused calls since the last trial. Guarded by busy. */
	private int refused;

	/** Guarded by busy. */
	private long lastTrial;

	/** Zero while it is unknown. */
	private volatile long usualNanos;

	private volatile long strictUntil;

	UsualTime(TimeSource time) {
		this.time = time;
		long now = time.nanoTime();
		this.renewed = now - RENEWAL_NANOS;
		this.lastTrial = now;
		this.strictUntil = now;
	}

	/**
	 * Begins a call, or cancels its scope because it no longer fits.
	 * @param scope the scope of the call
	 * @return the call
	 */
	public Call begin(CancelScope scope) {
		return begin(scope, (this.usualNanos > 0) ? scope.remaining().orElse(null) : null);
	}

	/**
	 * Begins a call, or cancels its scope because it no longer fits.
	 * @param scope the scope of the call
	 * @param remaining what is left for the call, or {@code null} for no limit
	 * @return the call
	 */
	Call begin(CancelScope scope, @Nullable Duration remaining) {
		long usual = this.usualNanos;
		long now = this.time.nanoTime();
		if (usual == 0 || remaining == null) {
			return new Call(now, 1, State.BEGUN);
		}
		long left = (remaining.compareTo(LONGEST) < 0) ? remaining.toNanos() : Long.MAX_VALUE;
		if (left >= usual && (left >= withMargin(usual) || now - this.strictUntil >= 0)) {
			return new Call(now, 1, State.BEGUN);
		}
		return scope.isCancelled() ? new Call(now, 1, State.REFUSED) : refuseUnlessTried(scope, left, now);
	}

	private Call refuseUnlessTried(CancelScope scope, long left, long now) {
		long usual = this.usualNanos;
		boolean tried = false;
		if (this.busy.compareAndSet(false, true)) {
			try {
				renew(now);
				usual = this.usualNanos;
				tried = left < required(usual, now) && isTrial(usual, now);
			}
			finally {
				this.busy.set(false);
			}
		}
		long required = required(usual, now);
		if (tried || left >= required) {
			return new Call(now, tried ? TRIAL_WEIGHT : 1, State.BEGUN);
		}
		if (left < usual) {
			this.strictUntil = now + STRICT_NANOS;
		}
		InsufficientBudgetException cause = InsufficientBudgetException.usual(Duration.ofNanos(usual),
				Duration.ofNanos(required), Duration.ofNanos(left));
		scope.cancel(String.valueOf(cause.getMessage()), cause);
		return new Call(now, 1, State.REFUSED);
	}

	/** Guarded by busy. */
	private boolean isTrial(long usual, long now) {
		this.refused++;
		if (this.refused < REFUSED_PER_TRIAL || now - this.lastTrial < BETWEEN_TRIALS * usual) {
			return false;
		}
		this.refused = 0;
		this.lastTrial = now;
		return true;
	}

	private long required(long usual, long now) {
		return (now - this.strictUntil < 0) ? withMargin(usual) : usual;
	}

	private static long withMargin(long usual) {
		return usual + usual / 2;
	}

	/**
	 * Begins a call that may outlive the method that begins it, or begins it anew on
	 * another thread. Then {@link #ended} is called instead of the methods of the call.
	 * @param scope the scope of the call
	 * @return the call
	 */
	public Call beginOutliving(CancelScope scope) {
		Call before = this.outliving.get(scope);
		if (before != null && before.isRefused()) {
			return before;
		}
		Call call = (before != null && before.weight > 1 && !scope.isCancelled())
				? new Call(this.time.nanoTime(), before.weight, State.BEGUN) : begin(scope);
		this.outliving.put(scope, call);
		return call;
	}

	/**
	 * Reports that a call waits for a thread, and begins when it has one.
	 * @param scope the scope of the call, for which {@link #beginOutliving} was called
	 * @return whether the call was refused
	 */
	public boolean awaitsThread(CancelScope scope) {
		Call before = this.outliving.remove(scope);
		if (before != null && before.weight > 1) {
			this.outliving.put(scope, new Call(before.since, before.weight, State.WAITING));
		}
		return before != null && before.isRefused();
	}

	/**
	 * Reports that a call has ended.
	 * @param scope the scope of the call, not yet closed
	 * @param completed whether the work ran to its end; otherwise it counts as stopped if
	 * the scope is cancelled
	 */
	public void ended(CancelScope scope, boolean completed) {
		Call call = this.outliving.remove(scope);
		if (call == null) {
			return;
		}
		if (completed) {
			call.completed();
		}
		else if (scope.isCancelled()) {
			call.stopped();
		}
	}

	private void add(Call call, boolean stopped) {
		long now = this.time.nanoTime();
		long took = Math.max(0, now - call.since);
		// What was stopped earlier than most calls end may have been of any kind.
		if ((stopped && took < this.usualNanos) || !this.busy.compareAndSet(false, true)) {
			return;
		}
		try {
			for (int i = 0; i < call.weight; i++) {
				this.recent.add(now, took, stopped);
			}
			renew(now);
		}
		finally {
			this.busy.set(false);
		}
	}

	/** Guarded by busy. */
	private void renew(long now) {
		if (now - this.renewed >= RENEWAL_NANOS) {
			this.renewed = now;
			this.usualNanos = this.recent.median(now);
		}
	}

	/**
	 * Returns the usual time.
	 * @return the time, or {@code null} while it is unknown
	 */
	@Nullable Duration usual() {
		long usual = this.usualNanos;
		return (usual > 0) ? Duration.ofNanos(usual) : null;
	}

	/**
	 * A call whose work begins now, unless it is refused.
	 */
	public final class Call {

		private final long since;

		private final int weight;

		private final State state;

		private Call(long since, int weight, State state) {
			this.since = since;
			this.weight = weight;
			this.state = state;
		}

		/**
		 * Returns whether too little is left. The work does not start then, unless the
		 * scope is only observed.
		 * @return whether the scope was cancelled
		 */
		public boolean isRefused() {
			return this.state == State.REFUSED;
		}

		/** Reports that the work ran to its end, in time or not. */
		public void completed() {
			add(this, false);
		}

		/** Reports that a cancellation ended the work: it takes longer than that. */
		public void stopped() {
			if (this.state == State.BEGUN) {
				add(this, true);
			}
		}

	}

	/** How far a call has come. */
	private enum State {

		BEGUN, WAITING, REFUSED

	}

}
