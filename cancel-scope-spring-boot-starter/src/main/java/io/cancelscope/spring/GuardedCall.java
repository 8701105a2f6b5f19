package io.cancelscope.spring;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * A call that comes from outside and begins only if the budget that it requires is left:
 * a request, or a call of gRPC. It can end on another thread. For features. Thread-safe.
 */
public final class GuardedCall {

	private final boolean refused;

	/** Null if the usual time of such calls is not learnt. */
	private final UsualTime.@Nullable Call call;

	private final AtomicBoolean ended = new AtomicBoolean();

	private GuardedCall(boolean refused, UsualTime.@Nullable Call call) {
		this.refused = refused;
		this.call = call;
	}

	/**
	 * Begins a call, or cancels its scope because too little is left.
	 * @param required the budget that the call requires, or {@code null} for none
	 * @param times the usual times of such calls
	 * @param scope the scope of the call, which has just been opened
	 * @param budget the budget of the scope, which counts if the scope is only observed;
	 * {@code null} for no limit
	 * @return the call, or {@code null} if it begins with any budget
	 */
	public static @Nullable GuardedCall begin(@Nullable RequiredBudget required, UsualTimes times, CancelScope scope,
			@Nullable Duration budget) {
		if (required == null || required.equals(RequiredBudget.NONE)) {
			return null;
		}
		// An observed scope has no deadline that binds anybody.
		Duration left = scope.details().observed() ? budget : scope.remaining().orElse(null);
		if (!required.usual()) {
			return new GuardedCall(RequiredBudget.isMissing(scope, required.least(), left) && scope.isCancelled(),
					null);
		}
		boolean late = scope.isCancelled();
		UsualTime.Call call = times.of(scope.name()).begin(scope, left);
		// What is out of time on arrival tells nothing of how long such calls take.
		return new GuardedCall(call.isRefused() && scope.isCancelled(), late ? null : call);
	}

	/**
	 * Returns whether the call must not begin.
	 * @return whether too little is left and the scope is cancelled; {@code false} if the
	 * scope is only observed
	 */
	public boolean isRefused() {
		return this.refused;
	}

	/**
	 * Reports that the call has ended. A second call has no effect.
	 * @param scope the scope of the call, not yet closed
	 * @param completed whether the work ran to its end, in time or not; otherwise it
	 * counts as stopped if its scope is cancelled, unless a failure did that
	 */
	public void ended(CancelScope scope, boolean completed) {
		UsualTime.Call call = this.call;
		if (call == null || !this.ended.compareAndSet(false, true)) {
			return;
		}
		if (completed) {
			call.completed();
		}
		else if (scope.reason().filter((reason) -> reason.kind() != CancelReason.Kind.FAILED).isPresent()) {
			call.stopped();
		}
	}

}
