package io.cancelscope;

import org.jspecify.annotations.Nullable;

/**
 * An element of a {@link Chain}. In none, both neighbours are {@code null}.
 */
abstract class Link {

	/** Guarded by the monitor of the chain's owner, like {@link #after}. */
	@Nullable Link before;

	@Nullable Link after;

	boolean isListed() {
		return this.after != null;
	}

}
