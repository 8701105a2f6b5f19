package io.cancelscope.spring.cluster;

import java.io.IOException;

/**
 * A server of the tests' own, which can be killed and started again on the same port.
 */
interface Engine extends AutoCloseable {

	int port();

	/** Ends it in the middle of whatever it does. */
	void kill() throws IOException, InterruptedException;

	/** Starts it again on the same port. */
	void startAgain() throws IOException;

	@Override
	void close() throws IOException;

}
