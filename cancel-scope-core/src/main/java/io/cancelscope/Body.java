package io.cancelscope;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Runs code in a scope of its own: opens, calls, judges what comes out, closes.
 */
final class Body {

	private Body() {
	}

	/**
	 * Runs it.
	 * @param fallback makes another value where the scope stopped the code (R14);
	 * {@code null} where the exception is to pass
	 */
	static <T extends @Nullable Object, X extends Exception> T run(Setup setup, ScopeOptions options,
			CancelScope.Operation<T, X> operation, @Nullable Function<CancelReason, ? extends T> fallback) throws X {
		TreeScope scope = Opening.bound(setup, options);
		CancelReason reason;
		Throwable failure = null;
		try {
			T result = operation.call(scope);
			if (options.has(ScopeOptions.CHECK_ON_EXIT)) {
				scope.check();
			}
			return result;
		}
		catch (Throwable ex) {
			Gate.Interruption whose = Closing.leaveRegion(scope, ex);
			Mask.endedBy(scope, whose, ex);
			RuntimeException ours = Failures.translate(scope, whose, ex);
			failure = (ours != null) ? ours : ex;
			scope.failed(failure);
			if (fallback == null || whose == Gate.Interruption.OURS_AND_ANOTHER || !scope.isCauseOf(failure)) {
				if (ours != null) {
					throw ours;
				}
				throw ex;
			}
			reason = scope.reason().orElseThrow();
		}
		finally {
			close(scope, failure);
		}
		return fallback.apply(reason);
	}

	/** Closes without hiding what the body threw. */
	private static void close(TreeScope scope, @Nullable Throwable failure) {
		try {
			scope.close();
		}
		catch (IllegalStateException ex) {
			if (failure == null) {
				throw ex;
			}
			failure.addSuppressed(ex);
		}
	}

}
