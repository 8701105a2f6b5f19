package io.cancelscope.spring;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Reads what callers say about how long they wait. They can shorten what the server would
 * grant, never extend it, and whatever else they send is ignored.
 */
final class RequestBudget {

	private final List<DeadlineHeader> headers;

	private final Duration least;

	private final @Nullable Duration most;

	private final IgnoredDeadlineListener ignored;

	RequestBudget(WebCancelProperties properties, IgnoredDeadlineListener ignored) {
		this.headers = properties.deadlineHeaders();
		this.least = properties.minTimeout();
		this.most = properties.maxTimeout();
		this.ignored = ignored;
	}

	/**
	 * Returns how long a request may take.
	 * @param own what the server grants, {@code null} for no limit
	 * @param values finds the values of a header
	 * @return the budget, {@code null} for no limit
	 */
	@Nullable Duration of(@Nullable Duration own, Function<String, List<String>> values) {
		Duration budget = own;
		for (DeadlineHeader header : this.headers) {
			for (String value : values.apply(header.name())) {
				Optional<Duration> parsed = header.parse(value.strip());
				if (parsed.isEmpty()) {
					this.ignored.ignored(header);
				}
				else {
					budget = shorter(budget, within(parsed.get()));
				}
			}
		}
		return budget;
	}

	private Duration within(Duration asked) {
		Duration enough = (asked.compareTo(this.least) < 0) ? this.least : asked;
		return shorter(this.most, enough);
	}

	private static Duration shorter(@Nullable Duration one, Duration other) {
		return (one != null && one.compareTo(other) <= 0) ? one : other;
	}

}
