package io.cancelscope.spring.budget;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Description of a change that the endpoint refuses.
 *
 * @param message why, and what to do
 */
public record RefusedChange(String message) implements OperationResponseBody {

}
