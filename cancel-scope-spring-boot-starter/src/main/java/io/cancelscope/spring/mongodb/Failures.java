package io.cancelscope.spring.mongodb;

import java.time.Duration;
import java.util.Set;

import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import io.cancelscope.CancelScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.spring.ScopeFailures;

/**
 * Failures of an operation that a scope has stopped.
 */
final class Failures {

	/**
	 * The driver gives up, and the server too, by one round trip before the deadline.
	 */
	static final Duration EARLY = Duration.ofMillis(250);

	/**
	 * MaxTimeMSExpired, ExceededTimeLimit, Interrupted, CursorNotFound, CursorKilled,
	 * ClientDisconnect.
	 */
	private static final Set<Integer> STOPPED = Set.of(50, 262, 11601, 43, 237, 279);

	private Failures() {
	}

	/** Whether a failure may be the result of having been stopped. */
	static boolean isOfStopping(Throwable failure) {
		if (ScopeCancelledException.findIn(failure) != null) {
			return false;
		}
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (isTimeout(cause) || cause instanceof MongoInterruptedException || cause instanceof MongoSocketException
					|| cause instanceof MongoTimeoutException
					|| (cause instanceof MongoException mongo && STOPPED.contains(mongo.getCode()))) {
				return true;
			}
		}
		return false;
	}

	/** Whether the driver has left although the server has not answered. */
	static boolean leavesWorkBehind(Throwable failure) {
		boolean left = false;
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof MongoException mongo && STOPPED.contains(mongo.getCode())) {
				return false;
			}
			left |= isTimeout(cause) || cause instanceof MongoSocketException
					|| cause instanceof MongoInterruptedException;
		}
		return left;
	}

	/** Whether the driver or the server has given up because the time was over. */
	static boolean isTimeout(Throwable failure) {
		return failure instanceof MongoOperationTimeoutException || failure instanceof MongoExecutionTimeoutException;
	}

	/**
	 * Whether a timeout of the library's came a moment before the deadline that it stands
	 * for.
	 */
	static boolean isEarly(CancelScope scope, Throwable failure) {
		return isTimeout(failure) && scope.remaining().filter((left) -> left.compareTo(EARLY) <= 0).isPresent();
	}

	/** Returns the scope's exception, with the driver's attached. */
	static RuntimeException attach(CancelScope scope, Throwable failure) {
		return ScopeFailures.attach(scope.exception(), failure);
	}

}
