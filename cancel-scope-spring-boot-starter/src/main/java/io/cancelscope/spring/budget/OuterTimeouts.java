package io.cancelscope.spring.budget;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.cancelscope.Durations;
import io.cancelscope.spring.OneLineLog;
import io.cancelscope.spring.ScopeBudget;
import io.cancelscope.spring.ScopeNames;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.SettingsCheck;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;

/**
 * Finds timeouts that are longer than every budget: who waits that long has nobody left
 * who wants the result. Where there is no budget, nothing is too long.
 */
final class OuterTimeouts implements SettingsCheck {

	private static final OneLineLog logger = OneLineLog.of(OuterTimeouts.class);

	/** Budgets of features that have one for all of their scopes. */
	private static final List<String> GENERAL = List.of("cancel-scope.grpc.server.timeout");

	private final Environment environment;

	private final ScopeSettings settings;

	private final Supplier<List<ScopeNames>> names;

	private final Supplier<List<OwnTimeouts>> timeouts;

	private final boolean logs;

	OuterTimeouts(Environment environment, ScopeSettings settings, Supplier<List<ScopeNames>> names,
			Supplier<List<OwnTimeouts>> timeouts, boolean logs) {
		this.environment = environment;
		this.settings = settings;
		this.names = names;
		this.timeouts = timeouts;
		this.logs = logs;
	}

	/** Once, at start-up. */
	@Override
	public void check(Consumer<String> warning) {
		if (this.logs) {
			for (String hint : hints()) {
				logger.info("A timeout is longer than every budget. " + hint
						+ ". To log no such lines, set cancel-scope.budget.check to false");
			}
		}
	}

	/** Returns one line for each timeout that is too long. */
	List<String> hints() {
		ScopeBudget longest = longest();
		if (longest == null) {
			return List.of();
		}
		return this.timeouts.get()
			.stream()
			.flatMap(OwnTimeouts::find)
			.filter((own) -> own.timeout().compareTo(longest.timeout()) > 0)
			.map((own) -> own.what() + " is " + Durations.format(own.timeout()) + " (" + own.property()
					+ "), and the longest configured budget is " + Durations.format(longest.timeout()) + " ("
					+ longest.source() + "). Set " + own.property() + " to at most "
					+ Durations.format(longest.timeout()))
			.toList();
	}

	private @Nullable ScopeBudget longest() {
		Stream<ScopeBudget> general = GENERAL.stream().map(this::general).filter(Objects::nonNull);
		Stream<ScopeBudget> known = this.names.get().stream().map(ScopeNames::longestBudget).filter(Objects::nonNull);
		return Stream.of(Stream.ofNullable(this.settings.longestBudget()), general, known)
			.flatMap((budgets) -> budgets)
			.reduce((one, other) -> (one.timeout().compareTo(other.timeout()) >= 0) ? one : other)
			.orElse(null);
	}

	private @Nullable ScopeBudget general(String property) {
		Duration value = BootTimeouts.duration(this.environment.getProperty(property), ChronoUnit.MILLIS);
		return (value != null) ? new ScopeBudget(value, property) : null;
	}

}
