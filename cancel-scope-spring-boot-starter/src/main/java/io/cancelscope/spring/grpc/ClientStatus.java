package io.cancelscope.spring.grpc;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The status of a call of a client whose scope has stopped it. The scope's exception is
 * its cause, which gRPC sends to nobody. The description quotes nobody: a handler may
 * pass it on to its own caller.
 */
final class ClientStatus {

	static final String CANCELLED = "the scope of the call was cancelled";

	private static final String EXCEEDED = "the scope of the call exceeded its deadline";

	private ClientStatus() {
	}

	/**
	 * Returns the status.
	 * @param scope the scope, which is cancelled
	 * @param insight what gRPC says of the wait, or {@code null}
	 */
	static Status of(CancelScope scope, @Nullable String insight) {
		boolean deadline = scope.reason().map(CancelReason::kind).orElse(null) == CancelReason.Kind.DEADLINE;
		Status status = deadline ? Status.DEADLINE_EXCEEDED.withDescription(EXCEEDED)
				: Status.CANCELLED.withDescription(CANCELLED);
		if (insight != null) {
			status = status.augmentDescription(insight);
		}
		return status.withCause(scope.exception());
	}

}
