package io.cancelscope.spring.request;

import io.cancelscope.spring.DeadlineHeader;

/**
 * Listener for requests with an invalid deadline header: its value is not a number, not
 * positive, or has another format. Such a header is ignored. Beans of this type can count
 * them. The value is not passed on, because a client can send any text, which must not
 * reach a log.
 * <p>
 * The header of {@code cancel-scope.web.request-start} is reported in the same way, with
 * the format {@link DeadlineHeader.Format#MILLISECONDS}, if its value is no time, or one
 * farther from now than {@code cancel-scope.web.max-queue-time}.
 */
@FunctionalInterface
public interface IgnoredDeadlineListener {

	/**
	 * Called for each ignored value, on the thread of the request.
	 * @param header the header as configured
	 */
	void ignored(DeadlineHeader header);

}
