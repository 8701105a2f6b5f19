package io.cancelscope.spring.actuate;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Result of cancelling a scope.
 *
 * @param cancelled whether this request cancelled it
 * @param message the human-readable result
 */
public record CancelDescriptor(boolean cancelled, String message) implements OperationResponseBody {

}
