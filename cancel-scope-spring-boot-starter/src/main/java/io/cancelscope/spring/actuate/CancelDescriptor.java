package io.cancelscope.spring.actuate;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What came of cancelling a scope.
 *
 * @param cancelled whether this request cancelled it
 * @param message what happened, for people
 */
public record CancelDescriptor(boolean cancelled, String message) implements OperationResponseBody {

}
