package io.cancelscope.spring;

/**
 * The response header that says whose time was used up, and its two values.
 */
final class ExpiredHeader {

	static final String NAME = "Deadline-Expired";

	/** The whole time that the caller gave, so another attempt is of no use. */
	static final String CALLER = "caller";

	/** A limit of the server; the caller may have time left. */
	static final String SERVER = "server";

	private ExpiredHeader() {
	}

}
