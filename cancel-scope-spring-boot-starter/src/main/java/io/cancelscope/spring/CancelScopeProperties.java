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
 * The properties {@code cancel-scope.*}. What they set for the scope of a name is found
 * by {@link ScopeSettings}.
 *
 * @param enabled Whether to configure cancel scopes at all.
 * @param defaultTimeout Budget of each @CancelScoped scope that is given none. No limit
 * unless set.
 * @param timeouts Budgets by the name of the scope or a pattern, such as '800ms' or '2s'.
 * Each takes precedence over the annotation's.
 * @param mode Whether scopes are cancelled, or only observed. Observing logs and counts
 * what would have been cancelled, throws nothing and interrupts nobody.
 * @param modes Modes by the name of the scope or a pattern, 'enforce' or 'observe'. Each
 * takes precedence over the mode of all.
 * @param failOnUnweavable Whether to stop the start-up, instead of logging a warning, if
 * a @CancelScoped method cannot be woven.
 * @param weaving What weaves @CancelScoped into beans. The aspect needs AspectJ, and sees
 * only annotations that stand on the class or its methods.
 * @param aspect Weaving by the AspectJ aspect
 * @param task Carrying of scopes to other threads
 */
@ConfigurationProperties("cancel-scope")
public record CancelScopeProperties(@DefaultValue("true") boolean enabled, @Nullable Duration defaultTimeout,
		Map<String, String> timeouts, @DefaultValue("enforce") Mode mode, Map<String, String> modes,
		@DefaultValue("false") boolean failOnUnweavable, @DefaultValue("advisor") Weaving weaving,
		@DefaultValue Aspect aspect, @DefaultValue Task task) {

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
	}

	static Duration duration(String property, String timeout) {
		try {
			return checked(property, timeout, DurationStyle.detectAndParse(timeout));
		}
		catch (IllegalArgumentException ex) {
			throw invalid(property, timeout, "It is not a duration.");
		}
	}

	static Mode mode(String property, String mode) {
		for (Mode known : Mode.values()) {
			if (known.name().equalsIgnoreCase(mode)) {
				return known;
			}
		}
		throw new InvalidConfigurationPropertyValueException(property, mode,
				"It is not a mode. Give 'enforce' or 'observe'.");
	}

	private static Duration checked(String property, String value, Duration duration) {
		if (duration.isNegative()) {
			throw invalid(property, value, "A budget must not be negative.");
		}
		return duration;
	}

	private static InvalidConfigurationPropertyValueException invalid(String property, String value, String problem) {
		return new InvalidConfigurationPropertyValueException(property, value,
				problem + " Give a number and a unit, for example '800ms' or '2s'.");
	}

	/**
	 * Whether scopes are cancelled.
	 */
	public enum Mode {

		/** What is cancelled stops. */
		ENFORCE,

		/** What would have been cancelled is logged and counted, and goes on. */
		OBSERVE

	}

	/**
	 * The ways to weave {@code @CancelScoped} into beans.
	 */
	public enum Weaving {

		/**
		 * A post-processor puts advice around beans: around retries and throttling, and
		 * wherever the annotation may stand.
		 */
		ADVISOR,

		/**
		 * An AspectJ aspect among the user's own: in an order by property, inside retries
		 * and throttling.
		 */
		ASPECT

	}

	/**
	 * The properties {@code cancel-scope.aspect.*}.
	 *
	 * @param order Order of the aspect among other aspects and advisors. Lower values are
	 * further out.
	 */
	public record Aspect(@DefaultValue("0") int order) {

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
