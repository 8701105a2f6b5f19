package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * What is noted down of a scope that a listener watches, for {@link ScopeDetails}.
 */
final class Noted {

	final long openedAt;

	/** Where it was opened; forgotten when it closes. */
	volatile @Nullable Thread thread;

	volatile boolean failed;

	Noted(long openedAt, @Nullable Thread thread) {
		this.openedAt = openedAt;
		this.thread = thread;
	}

}
