package io.cancelscope.spring.budget;

/**
 * Something that is odd about a budget.
 *
 * @param kind what
 * @param text the same as a sentence without an end, for people
 */
record Hint(Kind kind, String text) {

	/**
	 * What can be odd.
	 */
	enum Kind {

		/** Calls without a budget. */
		NO_BUDGET,

		/** The scopes around it leave less. */
		NEVER_COUNTS,

		/** Most calls need all of it. */
		USED_UP

	}

}
