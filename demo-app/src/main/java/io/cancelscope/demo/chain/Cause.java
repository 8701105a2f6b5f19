package io.cancelscope.demo.chain;

import java.time.Duration;

/**
 * Why nobody waits for the answer any more.
 */
enum Cause {

	/** The client closes its stream of the connection. */
	LEAVES("The client leaves after 150 ms", Duration.ofMillis(150)),

	/** The budget of the request is used up, and the client waits no longer than that. */
	BUDGET("The budget of 300 ms is used up", Duration.ofMillis(300));

	private final String label;

	private final Duration after;

	Cause(String label, Duration after) {
		this.label = label;
		this.after = after;
	}

	/** Returns what happens, for people. */
	String label() {
		return this.label;
	}

	/** Returns when it happens, counted from the request. */
	Duration after() {
		return this.after;
	}

}
