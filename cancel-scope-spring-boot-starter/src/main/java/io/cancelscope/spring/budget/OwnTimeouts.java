package io.cancelscope.spring.budget;

import java.time.Duration;
import java.util.stream.Stream;

/**
 * Timeouts that pools, clients and transactions have themselves, whatever the scope.
 */
@FunctionalInterface
interface OwnTimeouts {

	/** Returns those that are known; a pool that is not created yet is left out. */
	Stream<OwnTimeout> find();

	/**
	 * A timeout.
	 *
	 * @param what what has it, for people
	 * @param timeout how long it is
	 * @param property the property that sets it
	 */
	record OwnTimeout(String what, Duration timeout, String property) {

	}

}
