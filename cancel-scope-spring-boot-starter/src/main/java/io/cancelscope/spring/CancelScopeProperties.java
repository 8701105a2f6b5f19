package io.cancelscope.spring;

import java.time.Duration;
import java.util.Map;

import io.cancelscope.Durations;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationStyle;

/**
 * Properties {@code cancel-scope.*}. {@link ScopeSettings} reads the settings for single
 * scopes.
 *
 * @param enabled Whether to enable cancel scopes.
 * @param defaultTimeout Budget of each @CancelScoped scope without a budget of its own.
 * No limit by default.
 * @param timeouts Budgets by scope name or pattern, such as '800ms' or '2s'. Each takes
 * precedence over the budget in the annotation.
 * @param mode Whether to cancel scopes or only to observe them (dry run). Observe mode
 * logs and counts what enforcement would have cancelled, and cancels and interrupts
 * nothing.
 * @param modes Modes by scope name or pattern, 'enforce' or 'observe'. Each takes
 * precedence over 'cancel-scope.mode'.
 * @param requires Least remaining budgets with which methods, requests and gRPC calls
 * start, by scope name or pattern: a duration, 'auto' for the time that they usually
 * take, or 'off'. Each takes precedence over the annotation.
 * @param failOnUnweavable Whether a method with @CancelScoped that cannot be woven fails
 * the start-up, instead of causing a warning.
 * @param weaving How to weave @CancelScoped into beans. 'aspect' requires AspectJ and
 * applies only to annotations on the class or its methods.
 * @param aspect Weaving by the AspectJ aspect
 * @param task Propagation of scopes to other threads
 */
@ConfigurationProperties("cancel-scope")
public record CancelScopeProperties(@DefaultValue("true") boolean enabled, @Nullable Duration defaultTimeout,
		Map<String, String> timeouts, @DefaultValue("enforce") Mode mode, Map<String, String> modes,
		Map<String, String> requires, @DefaultValue("false") boolean failOnUnweavable,
		@DefaultValue("advisor") Weaving weaving, @DefaultValue Aspect aspect, @DefaultValue Task task) {

	// Budgets and modes are texts because names hold dots: the binder takes a dot in the
	// key of a map for a deeper level, unless its values are of a type of java.lang.
	public CancelScopeProperties {
		timeouts = (timeouts != null) ? Map.copyOf(timeouts) : Map.of();
		if (defaultTimeout != null) {
			checked("cancel-scope.default-timeout", Durations.format(defaultTimeout), defaultTimeout);
		}
		timeouts.forEach((name, value) -> duration(ScopeSetting.property("timeouts", name), value));
		modes = (modes != null) ? Map.copyOf(modes) : Map.of();
		modes.forEach((name, value) -> mode(ScopeSetting.property("modes", name), value));
		requires = (requires != null) ? Map.copyOf(requires) : Map.of();
		requires.forEach((name, value) -> required(ScopeSetting.property("requires", name), value));
	}

	static Duration duration(String property, String timeout) {
		try {
			return checked(property, timeout, DurationStyle.detectAndParse(timeout));
		}
		catch (IllegalArgumentException ex) {
			throw invalid(property, timeout, "The value is not a duration.");
		}
	}

	static Mode mode(String property, String mode) {
		for (Mode known : Mode.values()) {
			if (known.name().equalsIgnoreCase(mode)) {
				return known;
			}
		}
		throw new InvalidConfigurationPropertyValueException(property, mode,
				"The value is not a mode. Give 'enforce' or 'observe'.");
	}

	static RequiredBudget required(String property, String value) {
		RequiredBudget required = null;
		try {
			required = RequiredBudget.parse(value);
		}
		catch (IllegalArgumentException ex) {
			// Ignored: reported below.
		}
		if (required == null || (required.least() != null && required.least().isNegative())) {
			throw new InvalidConfigurationPropertyValueException(property, value,
					((required == null) ? "The value is not a required budget."
							: "The required budget must not be negative.")
							+ " Give 'auto', 'off', or a duration such as '200ms'.");
		}
		return required;
	}

	private static Duration checked(String property, String value, Duration duration) {
		if (duration.isNegative()) {
			throw invalid(property, value, "The budget must not be negative.");
		}
		return duration;
	}

	private static InvalidConfigurationPropertyValueException invalid(String property, String value, String problem) {
		return new InvalidConfigurationPropertyValueException(property, value,
				problem + " Give a number and a unit, for example '800ms' or '2s'.");
	}

	/**
	 * Modes of a scope.
	 */
	public enum Mode {

		/** Cancels scopes. */
		ENFORCE,

		/**
		 * Logs and counts what enforcement would have cancelled, and cancels nothing (dry
		 * run).
		 */
		OBSERVE

	}

	/**
	 * Ways to weave {@code @CancelScoped} into beans.
	 */
	public enum Weaving {

		/**
		 * A bean post-processor adds advice around beans. The advice runs outside retries
		 * and throttling, and supports the annotation in all places.
		 */
		ADVISOR,

		/**
		 * An AspectJ aspect. It is ordered among the aspects of the application by a
		 * property, and runs inside retries and throttling.
		 */
		ASPECT

	}

	/**
	 * Properties {@code cancel-scope.aspect.*}.
	 *
	 * @param order Order of the aspect among other aspects and advisors. Lower values are
	 * further out.
	 */
	public record Aspect(@DefaultValue("0") int order) {

	}

	/**
	 * Properties {@code cancel-scope.task.*}.
	 *
	 * @param enabled Whether to propagate the scope of the submitting thread to tasks of
	 * Spring's executors and to @Async methods.
	 */
	public record Task(@DefaultValue("true") boolean enabled) {

	}

}
