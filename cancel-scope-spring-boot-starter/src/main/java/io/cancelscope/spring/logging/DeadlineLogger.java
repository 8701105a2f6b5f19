package io.cancelscope.spring.logging;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.Supplier;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;
import io.cancelscope.Durations;
import io.cancelscope.ScopeDetails;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.NotBegun;
import io.cancelscope.spring.OneLineLog;
import io.cancelscope.spring.PacedLines;
import org.jspecify.annotations.Nullable;

/**
 * Logs one line where a deadline has passed: for the scope it belongs to, not for each
 * scope below. The line says where the work was at that moment. Work that was not begun
 * because too little was left of its budget has a line, too: nobody else tells of a
 * request that was refused.
 */
final class DeadlineLogger implements CancelScopeListener {

	private static final OneLineLog logger = OneLineLog.of(DeadlineLogger.class);

	private final PacedLines lines;

	private final PacedLines linesOfRefused;

	DeadlineLogger(TimeSource time, Duration interval) {
		this.lines = new PacedLines(time, interval);
		this.linesOfRefused = new PacedLines(time, interval);
	}

	@Override
	public void cancelled(CancelScope scope, CancelReason reason) {
		if (!logger.isInfoEnabled()) {
			return;
		}
		if (reason.kind() == CancelReason.Kind.DEADLINE) {
			ScopeDetails details = scope.details();
			if (details.origin()) {
				log(this.lines, scope, () -> line(scope, details));
			}
		}
		else if (NotBegun.of(scope, reason) != null) {
			log(this.linesOfRefused, scope, () -> "Scope '" + scope.name() + "' was not begun: " + reason.message());
		}
	}

	private static void log(PacedLines lines, CancelScope scope, Supplier<String> line) {
		String more = lines.next(scope.name());
		if (more != null) {
			logger.info(line.get() + more);
		}
	}

	/** It sits on every scope of every application, and most are never cancelled. */
	@Override
	public boolean onlyCancellations() {
		return true;
	}

	private static String line(CancelScope scope, ScopeDetails details) {
		StringBuilder line = new StringBuilder("Scope '").append(scope.name()).append("' ran out of its budget");
		if (details.budget() != null) {
			line.append(" of ").append(text(details.budget()));
		}
		if (details.budgetSource() != null) {
			line.append(" (").append(details.budgetSource()).append(')');
		}
		if (details.elapsed() != null) {
			line.append(", noticed after ").append(text(details.elapsed()));
		}
		CancelScope outermost = outermost(details);
		if (outermost != null) {
			line.append(", in '").append(outermost.name()).append('\'');
		}
		Thread thread = whereItWorks(scope, details);
		if (thread != null) {
			line.append("; thread '").append(thread.getName()).append('\'');
			Optional<String> place = CodeLocation.of(thread);
			place.ifPresent((known) -> line.append(" was at ").append(known));
		}
		return line.toString();
	}

	private static @Nullable CancelScope outermost(ScopeDetails details) {
		CancelScope outermost = null;
		for (CancelScope at = details.parent(); at != null; at = at.details().parent()) {
			outermost = at;
		}
		return outermost;
	}

	/** This one, if it came here itself; a timer's callbacks know only who opened it. */
	private static @Nullable Thread whereItWorks(CancelScope scope, ScopeDetails details) {
		for (CancelScope at = CancelScope.current(); at != null; at = at.details().parent()) {
			if (at == scope) {
				return Thread.currentThread();
			}
		}
		return details.thread();
	}

	private static String text(Duration duration) {
		return Durations.format(duration.truncatedTo(ChronoUnit.MILLIS));
	}

}
