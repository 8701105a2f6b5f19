package io.cancelscope.spring;

/**
 * The response header that says whose time was used up, and its two values. For features.
 */
public final class ExpiredHeader {

	public static final String NAME = "Deadline-Expired";

	/** The whole time that the caller gave, so another attempt is of no use. */
	public static final String CALLER = "caller";

	/** A limit of the server; the caller may have time left. */
	public static final String SERVER = "server";

	private ExpiredHeader() {
	}

}
