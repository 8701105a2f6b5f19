package io.cancelscope.thread;

import java.util.concurrent.ThreadFactory;

/**
 * Makes threads that count the interrupts of others, so that none is mistaken for one of
 * ours.
 * <p>
 * <strong>Not built yet:</strong> for now {@link #factory} throws
 * {@link UnsupportedOperationException}.
 */
public final class ScopeThreads {

	private ScopeThreads() {
	}

	/**
	 * Not built yet.
	 * @param prefix what the names of the threads begin with
	 * @return never
	 */
	public static ThreadFactory factory(String prefix) {
		throw new UnsupportedOperationException("ScopeThreads is not built yet: use any thread factory.");
	}

}
