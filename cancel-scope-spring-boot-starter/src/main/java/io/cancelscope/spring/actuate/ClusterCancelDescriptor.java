package io.cancelscope.spring.actuate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Result of cancelling scopes by key, name, trace id or id.
 *
 * @param nodes the number of nodes that answered, this one included
 * @param cancelled the number of scopes that this request cancelled
 * @param already the number of scopes that were cancelled before
 * @param refused the number of scopes that this request must not cancel, or cannot
 * because they are only observed; absent if there are none
 * @param cluster {@code reached}, {@code unreached}, or {@code off} if requests are not
 * sent to other nodes
 */
public record ClusterCancelDescriptor(int nodes, int cancelled, int already, @Nullable Integer refused,
		String cluster) implements OperationResponseBody {

}
