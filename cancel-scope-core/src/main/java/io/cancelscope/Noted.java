package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * What is noted down of a scope for a listener that hears of cancellations alone, not
 * before there may be one to tell.
 */
final class Noted {

	/** When it was opened, or {@link Deadline#NONE} where that is not known any more. */
	final long openedAt;

	/** Where it is at work; forgotten when its cancellation was told. */
	volatile @Nullable Thread thread;

	Noted(long openedAt, @Nullable Thread thread) {
		this.openedAt = openedAt;
		this.thread = thread;
	}

}
