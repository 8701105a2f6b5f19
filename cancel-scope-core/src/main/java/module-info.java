/**
 * Cancel scopes for the JDK alone: one time budget and one cancellation signal for a tree
 * of calls.
 */
module io.cancelscope {

	requires static transitive org.jspecify;

	exports io.cancelscope;

	exports io.cancelscope.group;

	exports io.cancelscope.testing;

	exports io.cancelscope.thread;

}
