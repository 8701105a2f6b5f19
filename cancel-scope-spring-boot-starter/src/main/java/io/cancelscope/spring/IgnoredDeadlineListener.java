package io.cancelscope.spring;

/**
 * Is told when a request comes with a header that should say how long its caller waits,
 * and doesn't: no number, not positive, or of another format. Such a header is ignored.
 * Beans of this type can count them. What the header said is not handed on: it may be
 * anything, and doesn't belong into logs.
 */
@FunctionalInterface
public interface IgnoredDeadlineListener {

	/**
	 * Called for each value that is ignored, on the thread of the request.
	 * @param header the header as it is configured
	 */
	void ignored(DeadlineHeader header);

}
