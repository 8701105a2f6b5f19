package io.cancelscope.spring.aop;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

import io.cancelscope.Durations;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.CancelScoped;
import io.cancelscope.spring.RequiredBudget;
import io.cancelscope.spring.ReturnValueAdapter;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.UsualTimes;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.KotlinDetector;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.annotation.AnnotationConfigurationException;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.util.StringValueResolver;

/**
 * Turns what the annotations say into what a call needs: resolves placeholders, lets the
 * properties override budgets, and checks everything that can be checked before the first
 * call.
 */
final class CancelScopedResolver {

	private static final String GOOD_DURATIONS = "Give a number and a unit (ns, us, ms, s, m, h or d), for example"
			+ " %1$s = \"800ms\" or %1$s = \"2s\"; or ISO-8601, \"PT2S\"; or a placeholder with a default,"
			+ " \"${quotes.budget:800ms}\". A plain number counts milliseconds.";

	private final StringValueResolver values;

	private final Supplier<ScopeSettings> settings;

	private final Supplier<List<ReturnValueAdapter>> adapters;

	private final Supplier<UsualTimes> usualTimes;

	CancelScopedResolver(StringValueResolver values, Supplier<ScopeSettings> settings,
			Supplier<List<ReturnValueAdapter>> adapters, Supplier<UsualTimes> usualTimes) {
		this.values = values;
		this.settings = settings;
		this.adapters = adapters;
		this.usualTimes = usualTimes;
	}

	/**
	 * Resolves the annotations of one method.
	 * @throws InvalidCancelScopedException if they say what can't be done
	 */
	CancelScopedOperation resolve(CancelScopedLocation place, List<MergedAnnotation<CancelScoped>> annotations) {
		if (KotlinDetector.isSuspendingFunction(place.method())) {
			throw suspending(place);
		}
		CancelScopedAttributes attributes = CancelScopedAttributes.merge(annotations);
		String name = name(place, attributes.name());
		Duration timeout = timeout(place, name, attributes.timeout());
		ScopeOptions options = ScopeOptions.named(name).withTimeout(timeout);
		options = attributes.shield() ? options.shield() : options;
		options = attributes.bubble() ? options.bubble() : options;
		options = attributes.interrupt() ? options.interrupt() : options;
		options = attributes.checkOnEnter() ? options.checkOnEnter() : options;
		options = attributes.checkOnExit() ? options.checkOnExit() : options;
		options = cancelOnException(options, attributes);
		options = exception(options, place, attributes.exception());
		KeyExpression key = key(place, attributes.key());
		if (key != null && key.isConstant()) {
			options = key.addTo(options);
			key = null;
		}
		ReturnValueAdapter.Handler handler = handler(place);
		FallbackMethod fallback = null;
		InvalidCancelScopedException misfit = null;
		try {
			fallback = fallback(place, attributes.fallback(), handler);
		}
		catch (InvalidCancelScopedException ex) {
			if (!attributes.isFallbackOfType()) {
				throw ex;
			}
			misfit = ex;
		}
		RequiredBudget required = required(place, name, attributes.requires(), timeout);
		return new CancelScopedOperation(ChangeableOptions.of(options, this.settings.get()), key, required.least(),
				required.usual() ? this.usualTimes.get().of(name) : null, fallback, attributes.isFallbackOfType(),
				misfit, attributes.checkOnExit(), attributes.interrupt(), handler);
	}

	/**
	 * Returns the name of the scope of one method.
	 * @throws InvalidCancelScopedException if it can't be resolved
	 */
	String nameOf(CancelScopedLocation place, List<MergedAnnotation<CancelScoped>> annotations) {
		return name(place, CancelScopedAttributes.merge(annotations).name());
	}

	private @Nullable KeyExpression key(CancelScopedLocation place, String written) {
		String text = written.isEmpty() ? "" : resolve(place, "key", written);
		return text.isBlank() ? null : KeyExpression.of(place, written, text);
	}

	private static @Nullable FallbackMethod fallback(CancelScopedLocation place, String name,
			ReturnValueAdapter.@Nullable Handler handler) {
		if (name.isEmpty()) {
			return null;
		}
		FallbackMethod fallback = FallbackMethod.of(place, name);
		if (handler != null && !handler.followsFallback(fallback.returnType())) {
			throw fallback.unfollowed(place);
		}
		return fallback;
	}

	private ReturnValueAdapter.@Nullable Handler handler(CancelScopedLocation place) {
		Class<?> returnType = place.method().getReturnType();
		if (returnType.isPrimitive()) {
			return null;
		}
		return this.adapters.get()
			.stream()
			.map((adapter) -> adapter.handlerFor(returnType))
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
	}

	private String name(CancelScopedLocation place, String written) {
		if (written.isEmpty()) {
			return place.ownerName() + "." + place.method().getName();
		}
		String name = resolve(place, "name", written);
		if (name.isBlank()) {
			throw InvalidCancelScopedException.of(place, "name", shown(written, name), "which is blank",
					"Give the scope a name such as name = \"quotes\", or remove the attribute:"
							+ " the default is the class and the method.",
					null);
		}
		return name;
	}

	private @Nullable Duration timeout(CancelScopedLocation place, String name, String written) {
		Duration fromAnnotation = duration(place, "timeout", written);
		ScopeSettings settings = this.settings.get();
		Optional<Duration> fromProperties = settings.configuredTimeoutOf(name);
		if (fromProperties.isPresent()) {
			return fromProperties.get();
		}
		return (fromAnnotation != null) ? fromAnnotation : settings.defaultTimeout();
	}

	/** Says where a budget comes from that no property sets for its name. */
	String sourceOf(Duration timeout) {
		return timeout.equals(this.settings.get().defaultTimeout()) ? "cancel-scope.default-timeout" : "@CancelScoped";
	}

	private RequiredBudget required(CancelScopedLocation place, String name, String written,
			@Nullable Duration timeout) {
		RequiredBudget fromAnnotation = required(place, written);
		RequiredBudget fromProperties = this.settings.get().requiredBy(name);
		RequiredBudget required = (fromProperties != null) ? fromProperties : fromAnnotation;
		Duration least = required.least();
		if (least != null && timeout != null && least.compareTo(timeout) > 0) {
			throw InvalidCancelScopedException.of(place, "requires",
					quoted((fromProperties != null) ? Durations.format(least) : written),
					((fromProperties != null) ? "by the property " + ScopeSettings.requiresProperty(name) + ", " : "")
							+ "which is more than its timeout of " + Durations.format(timeout),
					"The method could never start. Lower requires, or raise the timeout.", null);
		}
		return required;
	}

	private RequiredBudget required(CancelScopedLocation place, String written) {
		String text = written.isEmpty() ? "" : resolve(place, "requires", written);
		if (text.isEmpty()) {
			return RequiredBudget.NONE;
		}
		String advice = GOOD_DURATIONS.formatted("requires")
				+ " Or write \"auto\" for the time that the method usually takes, or \"off\".";
		RequiredBudget required;
		try {
			required = RequiredBudget.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw InvalidCancelScopedException.of(place, "requires", shown(written, text), "which is not a duration",
					advice, ex);
		}
		if (required.least() != null && required.least().isNegative()) {
			throw InvalidCancelScopedException.of(place, "requires", shown(written, text), "which is negative", advice,
					null);
		}
		return required;
	}

	private @Nullable Duration duration(CancelScopedLocation place, String attribute, String written) {
		if (written.isEmpty()) {
			return null;
		}
		String text = resolve(place, attribute, written);
		if (text.isEmpty()) {
			return null;
		}
		String advice = GOOD_DURATIONS.formatted(attribute);
		Duration duration;
		try {
			duration = DurationStyle.detectAndParse(text);
		}
		catch (IllegalArgumentException ex) {
			throw InvalidCancelScopedException.of(place, attribute, shown(written, text), "which is not a duration",
					advice, ex);
		}
		if (duration.isNegative()) {
			throw InvalidCancelScopedException.of(place, attribute, shown(written, text), "which is negative", advice,
					null);
		}
		return duration;
	}

	private String resolve(CancelScopedLocation place, String attribute, String written) {
		String resolved;
		try {
			resolved = this.values.resolveStringValue(written);
		}
		catch (IllegalArgumentException | BeansException ex) {
			throw unresolved(place, attribute, written, ex);
		}
		if (resolved != null && resolved.contains("${")) {
			throw unresolved(place, attribute, written, null);
		}
		return (resolved != null) ? resolved : "";
	}

	private static InvalidCancelScopedException unresolved(CancelScopedLocation place, String attribute, String written,
			@Nullable RuntimeException ex) {
		String problem = "which cannot be resolved";
		if (ex != null) {
			problem += ": " + NestedExceptionUtils.getMostSpecificCause(ex).getMessage();
		}
		String advice = written.contains("#{") ? "Correct the expression; write a bean as in \"#{@limits.quotes}\"."
				: "Set the property of the placeholder, or give a default after a colon, for example " + attribute
						+ " = " + quoted(withDefault(written, attribute)) + ".";
		return InvalidCancelScopedException.of(place, attribute, quoted(written), problem, advice, ex);
	}

	private static String withDefault(String written, String attribute) {
		String example = attribute.equals("name") ? "quotes" : "800ms";
		return written.matches("\\$\\{[^:{}]+}") ? written.replace("}", ":" + example + "}")
				: "${quotes.budget:" + example + "}";
	}

	private static ScopeOptions cancelOnException(ScopeOptions options, CancelScopedAttributes attributes) {
		List<Class<?>> exempt = attributes.noCancelFor();
		if (!attributes.cancelOnException() || exempt.isEmpty()) {
			return options.cancelOnException(attributes.cancelOnException());
		}
		return options
			.cancelOnException((exception) -> exempt.stream().noneMatch((type) -> type.isInstance(exception)));
	}

	private static ScopeOptions exception(ScopeOptions options, CancelScopedLocation place, Class<?> type) {
		if (type == ScopeCancelledException.class) {
			return options;
		}
		ExceptionFactory factory = ExceptionFactory.of(type.asSubclass(RuntimeException.class));
		if (factory == null) {
			throw InvalidCancelScopedException.of(place, "exception", type.getName() + ".class",
					"which cannot be created", "Give it a constructor " + ExceptionFactory.CONSTRUCTORS
							+ ", for example: " + type.getSimpleName() + "(String message) { super(message); }",
					null);
		}
		return options.exceptionFrom(factory);
	}

	/** It returns at its first suspension, and what runs later would have no scope. */
	private static InvalidCancelScopedException suspending(CancelScopedLocation place) {
		return new InvalidCancelScopedException(place + " is on a Kotlin suspend function, which is not supported.",
				"Limit the function with kotlinx.coroutines.withTimeout, or annotate a method that returns a CompletableFuture"
						+ " or a Mono, for example by future { … } or mono { … }.",
				null);
	}

	/** Both aliases are given, and differ. */
	static InvalidCancelScopedException conflict(CancelScopedLocation place, AnnotationConfigurationException ex) {
		return new InvalidCancelScopedException(
				place + " has both value and timeout, and they differ. (" + ex.getMessage() + ")",
				"value and timeout are aliases of one attribute. Set only one of them, for example timeout = \"800ms\".",
				ex);
	}

	private static String shown(String written, String resolved) {
		return written.equals(resolved) ? quoted(written) : quoted(written) + ", resolved to " + quoted(resolved);
	}

	private static String quoted(String value) {
		return '"' + value + '"';
	}

}
