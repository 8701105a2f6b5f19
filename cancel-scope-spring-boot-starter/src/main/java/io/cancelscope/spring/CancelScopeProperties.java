package io.cancelscope.spring;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import io.cancelscope.Durations;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationStyle;

/**
 * The properties {@code cancel-scope.*}.
 *
 * @param enabled Whether to configure cancel scopes at all.
 * @param defaultTimeout Budget of each @CancelScoped scope that is given none. No limit
 * unless set.
 * @param timeouts Budgets by the name of the scope, such as '800ms' or '2s'. Each takes
 * precedence over the annotation's.
 * @param mode Whether scopes are cancelled, or only observed. Observing logs and counts
 * what would have been cancelled, throws nothing and interrupts nobody.
 * @param modes Modes by the name of the scope, 'enforce' or 'observe'. Each takes
 * precedence over the mode of all.
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
			checked("default-timeout", Durations.format(defaultTimeout), defaultTimeout);
		}
		timeouts.forEach(CancelScopeProperties::duration);
		modes = (modes != null) ? Map.copyOf(modes) : Map.of();
		modes.forEach(CancelScopeProperties::mode);
	}

	private static Duration duration(String name, String timeout) {
		String property = "timeouts." + name;
		try {
			return checked(property, timeout, DurationStyle.detectAndParse(timeout));
		}
		catch (IllegalArgumentException ex) {
			throw invalid(property, timeout, "It is not a duration.");
		}
	}

	private static Mode mode(String name, String mode) {
		for (Mode known : Mode.values()) {
			if (known.name().equalsIgnoreCase(mode)) {
				return known;
			}
		}
		throw new InvalidConfigurationPropertyValueException("cancel-scope.modes." + name, mode,
				"It is not a mode. Give 'enforce' or 'observe'.");
	}

	private static Duration checked(String property, String value, Duration duration) {
		if (duration.isNegative()) {
			throw invalid(property, value, "A budget must not be negative.");
		}
		return duration;
	}

	private static InvalidConfigurationPropertyValueException invalid(String property, String value, String problem) {
		return new InvalidConfigurationPropertyValueException("cancel-scope." + property, value,
				problem + " Give a number and a unit, for example '800ms' or '2s'.");
	}

	/**
	 * Returns the budget that the properties give to the scopes of a name. Case and
	 * punctuation don't count where the name isn't found as it is, so that a property can
	 * also come from an environment variable.
	 * @param name the name of the scope
	 * @return the budget, empty where the properties give none
	 */
	public Optional<Duration> timeoutOf(String name) {
		return named(this.timeouts, name).map((entry) -> duration(entry.getKey(), entry.getValue()));
	}

	/**
	 * Returns the mode that the properties give to the scopes of a name, found like
	 * {@link #timeoutOf}: their own, or that of all.
	 * @param name the name of the scope
	 * @return the mode
	 */
	public Mode modeOf(String name) {
		return named(this.modes, name).map((entry) -> mode(entry.getKey(), entry.getValue())).orElse(this.mode);
	}

	private static <V> Optional<Map.Entry<String, V>> named(Map<String, V> values, String name) {
		V exact = values.get(name);
		if (exact != null) {
			return Optional.of(Map.entry(name, exact));
		}
		String relaxed = relaxed(name);
		return values.entrySet().stream().filter((entry) -> relaxed(entry.getKey()).equals(relaxed)).findFirst();
	}

	private static String relaxed(String name) {
		return name.replaceAll("[^\\p{L}\\p{N}]", "").toLowerCase(Locale.ROOT);
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
