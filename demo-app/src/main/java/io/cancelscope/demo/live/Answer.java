package io.cancelscope.demo.live;

import java.util.concurrent.CompletableFuture;

/**
 * What a search came to when its time was up, or earlier.
 *
 * @param answered how many answered
 * @param asked how many were asked
 * @param end why not all did; empty if all did
 * @param rest done when nothing of the search runs any more
 */
record Answer(int answered, int asked, String end, CompletableFuture<?> rest) {

	boolean isComplete() {
		return this.answered == this.asked;
	}

	@Override
	public String toString() {
		return this.answered + " of " + this.asked + this.end;
	}

}
