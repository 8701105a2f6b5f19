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
import io.cancelscope.spring.BoundedNames;
import io.cancelscope.spring.NotBegun;
import io.cancelscope.spring.OneLineLog;
import org.jspecify.annotations.Nullable;

/**
 * Logs one line where a deadline has passed: for the scope it belongs to, not for each
 * scope below. The line says where the work was at that moment. Work that was not begun
 * because too little was left of its budget has a line, too: nobody else tells of a
 * request that was refused.
 */
final class DeadlineLogger implements CancelScopeListener {

	private static final int MOST_NAMES = 1_000;

	private static final OneLineLog logger = OneLineLog.of(DeadlineLogger.class);

	private final BoundedNames<Turn> turns = new BoundedNames<>(MOST_NAMES, (name) -> new Turn());

	private final BoundedNames<Turn> turnsOfRefused = new BoundedNames<>(MOST_NAMES, (name) -> new Turn());

	private final TimeSource time;

	private final Duration interval;

	DeadlineLogger(TimeSource time, Duration interval) {
		this.time = time;
		this.interval = interval;
	}

	@Override
	public void cancelled(CancelScope scope, CancelReason reason) {
		if (!logger.isInfoEnabled()) {
			return;
		}
		if (reason.kind() == CancelReason.Kind.DEADLINE) {
			ScopeDetails details = scope.details();
			if (details.origin()) {
				log(this.turns.get(scope.name()), () -> line(scope, details));
			}
		}
		else if (NotBegun.of(scope, reason) != null) {
			log(this.turnsOfRefused.get(scope.name()),
					() -> "Scope '" + scope.name() + "' was not begun: " + reason.message());
		}
	}

	private void log(Turn turn, Supplier<String> line) {
		long silent = turn.take(this.time.nanoTime(), this.interval.toNanos());
		if (silent >= 0) {
			logger.info(line.get() + ((silent > 0) ? "; and " + silent + " more since the last line" : ""));
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

	/** When scopes of one name may have a line again. */
	private static final class Turn {

		private long silent;

		private long lastLine;

		private boolean hadLine;

		/**
		 * Takes a turn, if it is time.
		 * @return how many had none since the last line, or -1 if it is too early
		 */
		synchronized long take(long now, long interval) {
			if (this.hadLine && now - this.lastLine < interval) {
				this.silent++;
				return -1;
			}
			long silent = this.silent;
			this.silent = 0;
			this.hadLine = true;
			this.lastLine = now;
			return silent;
		}

	}

}
