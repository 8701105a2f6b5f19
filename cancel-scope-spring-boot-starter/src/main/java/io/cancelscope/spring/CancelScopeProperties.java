package io.cancelscope.spring;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The properties {@code cancel-scope.*}.
 *
 * @param enabled Whether to configure cancel scopes at all.
 * @param defaultTimeout Budget of each @CancelScoped scope that is given none. No limit
 * unless set.
 * @param timeouts Budgets by the name of the scope; each takes precedence over the
 * annotation's.
 * @param failOnUnweavable Whether to stop the start-up, instead of logging a warning, if
 * a @CancelScoped method cannot be woven.
 * @param task Carrying of scopes to other threads
 */
@ConfigurationProperties("cancel-scope")
public record CancelScopeProperties(@DefaultValue("true") boolean enabled, @Nullable Duration defaultTimeout,
		Map<String, Duration> timeouts, @DefaultValue("false") boolean failOnUnweavable, @DefaultValue Task task) {

	public CancelScopeProperties {
		timeouts = (timeouts != null) ? Map.copyOf(timeouts) : Map.of();
		rejectNegative("cancel-scope.default-timeout", defaultTimeout);
		timeouts.forEach((name, timeout) -> rejectNegative("cancel-scope.timeouts." + name, timeout));
	}

	private static void rejectNegative(String property, @Nullable Duration timeout) {
		if (timeout != null && timeout.isNegative()) {
			throw new InvalidConfigurationPropertyValueException(property, timeout,
					"A budget must not be negative. Give zero or more, for example '800ms' or '2s'.");
		}
	}

	/**
	 * Returns the budget that the properties give to the scopes of a name. Case and
	 * punctuation don't count where the name isn't found as it is, so that a property can
	 * also come from an environment variable.
	 * @param name the name of the scope
	 * @return the budget, empty where the properties give none
	 */
	public Optional<Duration> timeoutOf(String name) {
		Duration exact = this.timeouts.get(name);
		if (exact != null) {
			return Optional.of(exact);
		}
		String relaxed = relaxed(name);
		return this.timeouts.entrySet()
			.stream()
			.filter((entry) -> relaxed(entry.getKey()).equals(relaxed))
			.map(Map.Entry::getValue)
			.findFirst();
	}

	private static String relaxed(String name) {
		return name.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
	}

	/**
	 * The properties {@code cancel-scope.task.*}.
	 *
	 * @param enabled Whether tasks handed to Spring's executors, and @Async methods, run
	 * in the scope of the thread that hands them over.
	 */
	public record Task(@DefaultValue("true") boolean enabled) {

	}

}
