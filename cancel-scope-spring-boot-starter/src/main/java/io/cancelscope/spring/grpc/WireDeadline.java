package io.cancelscope.spring.grpc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScope;
import io.grpc.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * The deadline of a scope, as gRPC sends it.
 */
final class WireDeadline {

	private static final io.cancelscope.Deadline OF_SYSTEM = io.cancelscope.Deadline.after(Duration.ZERO);

	/** {@code grpc-timeout} has eight digits. */
	private static final long DIGITS = 100_000_000L;

	private WireDeadline() {
	}

	/**
	 * Returns the deadline of a scope, never before that of the scope itself;
	 * {@code null} if it has none, or one on another clock: gRPC would keep it by the
	 * system's.
	 */
	static @Nullable Deadline of(CancelScope scope) {
		io.cancelscope.Deadline deadline = scope.deadline().orElse(null);
		if (deadline == null || !isOfSystem(deadline)) {
			return null;
		}
		long left = deadline.remaining().toNanos();
		return Deadline.after(left + unit(left), TimeUnit.NANOSECONDS);
	}

	private static boolean isOfSystem(io.cancelscope.Deadline deadline) {
		try {
			deadline.isBefore(OF_SYSTEM);
			return true;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	/**
	 * gRPC sends a time in the largest unit that is needed, and cuts off what is less. A
	 * server that began to count right then would be done before the scope is, and the
	 * call would end with a status that the scope does not know.
	 */
	static long unit(long nanos) {
		long unit = 0;
		for (long longest = DIGITS, next = 1_000; nanos >= longest && next <= 1_000_000_000; longest *= 1_000) {
			unit = next;
			next *= 1_000;
		}
		return unit;
	}

	/** The earlier of two. Compared by what remains: their clocks may differ. */
	static @Nullable Deadline earlier(@Nullable Deadline one, @Nullable Deadline other) {
		if (one == null || other == null) {
			return (one != null) ? one : other;
		}
		return (other.timeRemaining(TimeUnit.NANOSECONDS) < one.timeRemaining(TimeUnit.NANOSECONDS)) ? other : one;
	}

}
