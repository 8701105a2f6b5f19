package io.cancelscope.spring.mongodb;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * The timeout of one operation.
 *
 * @param millis the timeout to set, or {@link Budget#NONE}
 * @param isByScope whether a timeout that comes may be the scope's
 */
record Timed(long millis, boolean isByScope) {

	/**
	 * Returns the timeout of an iterable or a publisher.
	 * @param inTransaction whether it is in a transaction of the application, where the
	 * driver takes the timeout from the session
	 * @param own the timeout that the application has set, or {@code null}
	 */
	static Timed of(CancelScope scope, Recipe recipe, boolean inTransaction, @Nullable Long own) {
		if (inTransaction) {
			return new Timed(Budget.NONE, true);
		}
		if (recipe.isEndless() || recipe.waitsInServer()) {
			return new Timed(Budget.NONE, false);
		}
		long millis = Budget.millis(scope, own, recipe.maxTime());
		return new Timed(millis, millis != Budget.NONE);
	}

}
