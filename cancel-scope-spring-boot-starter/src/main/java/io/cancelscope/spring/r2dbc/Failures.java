package io.cancelscope.spring.r2dbc;

import java.util.Set;

import io.cancelscope.CancelScope;
import io.r2dbc.spi.R2dbcException;

/**
 * Turns the exception of a driver into that of the scope that stopped the statement.
 */
final class Failures {

	/** What drivers say of a statement that was cancelled. */
	private static final Set<String> CANCELLED = Set.of("57014", "70100");

	/**
	 * Classes of states that have nothing to do with a cancellation that happens at the
	 * same time: data, constraints, authorisation, deadlocks, syntax.
	 */
	private static final Set<String> OTHER_CLASSES = Set.of("22", "23", "28", "40", "42");

	private Failures() {
	}

	/** Returns the scope's exception with the driver's, or the driver's alone. */
	static Throwable of(CancelScope scope, Throwable thrown) {
		if (!scope.isCancelled() || isDenied(thrown)) {
			return thrown;
		}
		RuntimeException own = scope.exception();
		if (own != thrown) {
			own.addSuppressed(thrown);
		}
		return own;
	}

	/** Whether the driver says that something else went wrong. */
	private static boolean isDenied(Throwable thrown) {
		String state = (thrown instanceof R2dbcException failure) ? failure.getSqlState() : null;
		return state != null && !CANCELLED.contains(state) && state.length() == 5
				&& OTHER_CLASSES.contains(state.substring(0, 2));
	}

}
