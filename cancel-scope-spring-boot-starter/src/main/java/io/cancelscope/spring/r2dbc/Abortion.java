package io.cancelscope.spring.r2dbc;

import java.time.Duration;

import io.cancelscope.Durations;
import io.cancelscope.spring.OneLineLog;
import io.cancelscope.spring.PacedLines;

/**
 * The line in the log about the close of a connection whose statement does not end.
 */
final class Abortion {

	private static final OneLineLog logger = OneLineLog.of(StatementExecution.class);

	private static final PacedLines LINES = new PacedLines();

	private Abortion() {
	}

	static void report(String scope, Duration after) {
		String more = LINES.next(scope);
		if (more != null) {
			logger.warn("Closing the R2DBC connection of a statement of scope '" + scope + "': still running "
					+ Durations.format(after) + " after it was cancelled (cancel-scope.r2dbc.abort-after)" + more);
		}
	}

}
