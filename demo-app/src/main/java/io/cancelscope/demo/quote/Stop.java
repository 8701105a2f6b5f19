package io.cancelscope.demo.quote;

import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelReason;
import org.jspecify.annotations.Nullable;

/**
 * That a request was stopped.
 *
 * @param reason why
 * @param at when, by nanoTime: the deadline, or the cancel
 */
record Stop(CancelReason reason, long at) {

	/** Stopped by its deadline, or by somebody just now. */
	static Stop of(CancelReason reason, long deadline) {
		return new Stop(reason, (reason.kind() == CancelReason.Kind.DEADLINE) ? deadline : System.nanoTime());
	}

	/** How long after the stop something happened, for people. */
	String ago(long instant) {
		long micros = Math.max(0, TimeUnit.NANOSECONDS.toMicros(instant - this.at));
		return micros / 1000 + "." + (micros / 100) % 10 + "ms after the "
				+ ((this.reason.kind() == CancelReason.Kind.DEADLINE) ? "deadline" : "cancel");
	}

	/** The failure of a supplier, if that was what stopped the request. */
	@Nullable SupplierFailedException failureOf(String supplier) {
		return (this.reason.cause() instanceof SupplierFailedException failure && failure.supplier().equals(supplier))
				? failure : null;
	}

}
