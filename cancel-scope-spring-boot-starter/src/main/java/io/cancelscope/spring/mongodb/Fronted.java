package io.cancelscope.spring.mongodb;

/**
 * The handler of a proxy. Has no type of either driver, since one of them may be missing.
 */
interface Fronted {

	/** What the proxy stands in front of. */
	Object target();

}
