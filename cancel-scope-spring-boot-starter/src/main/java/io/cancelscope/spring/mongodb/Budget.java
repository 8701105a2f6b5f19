package io.cancelscope.spring.mongodb;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import com.mongodb.client.model.CountOptions;
import com.mongodb.client.model.CreateIndexOptions;
import com.mongodb.client.model.DropIndexOptions;
import com.mongodb.client.model.EstimatedDocumentCountOptions;
import com.mongodb.client.model.FindOneAndDeleteOptions;
import com.mongodb.client.model.FindOneAndReplaceOptions;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * How long the driver may take for an operation.
 */
final class Budget {

	/** For the driver, there is no timeout. */
	static final long NONE = 0;

	private Budget() {
	}

	/**
	 * Returns the timeout to set. It is rounded up, since zero means "for ever" to the
	 * driver. Where the application has set a shorter one, that one stays: the driver
	 * drops {@code maxTime} without a word where there is a timeout.
	 * @param scope the scope of the operation
	 * @param own the timeout that the application has set, or {@code null}
	 * @param maxTime the maximum time in the server that the application has set, or 0
	 * @return milliseconds, or {@link #NONE} to leave the operation as it is
	 */
	static long millis(CancelScope scope, @Nullable Long own, long maxTime) {
		Optional<Duration> left = scope.remaining();
		if (left.isEmpty()) {
			return NONE;
		}
		long millis = roundUp(left.get());
		boolean shorter = (own != null && own > 0 && own <= millis) || (maxTime > 0 && maxTime <= millis);
		return shorter ? NONE : millis;
	}

	/** The driver counts in an int in some places. */
	static long roundUp(Duration duration) {
		if (duration.getSeconds() >= Integer.MAX_VALUE / 1000) {
			return Integer.MAX_VALUE;
		}
		long nanos = duration.toNanos();
		return Math.max(1, nanos / 1_000_000 + ((nanos % 1_000_000 > 0) ? 1 : 0));
	}

	/**
	 * Returns the maximum time in the server that a call has in its options.
	 * @return milliseconds, or 0
	 */
	static long maxTime(Call call) {
		long longest = 0;
		for (Object argument : call.arguments()) {
			longest = Math.max(longest, maxTime(argument));
		}
		return longest;
	}

	@SuppressWarnings("deprecation") // the driver's name for "alternative to its
										// timeouts"
	private static long maxTime(@Nullable Object options) {
		TimeUnit unit = TimeUnit.MILLISECONDS;
		if (options instanceof CountOptions count) {
			return count.getMaxTime(unit);
		}
		if (options instanceof EstimatedDocumentCountOptions count) {
			return count.getMaxTime(unit);
		}
		if (options instanceof FindOneAndUpdateOptions update) {
			return update.getMaxTime(unit);
		}
		if (options instanceof FindOneAndReplaceOptions replace) {
			return replace.getMaxTime(unit);
		}
		if (options instanceof FindOneAndDeleteOptions delete) {
			return delete.getMaxTime(unit);
		}
		if (options instanceof CreateIndexOptions create) {
			return create.getMaxTime(unit);
		}
		return (options instanceof DropIndexOptions drop) ? drop.getMaxTime(unit) : 0;
	}

}
