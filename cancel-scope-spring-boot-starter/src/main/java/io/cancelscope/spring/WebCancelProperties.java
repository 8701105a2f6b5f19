package io.cancelscope.spring;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The properties {@code cancel-scope.web.*}: the scopes of incoming requests, be they
 * handled by Spring MVC, other servlets or WebFlux.
 *
 * @param enabled Whether each incoming request has a scope.
 * @param timeout Budget of a request, from its arrival to the end of its answer. No limit
 * unless set; 'cancel-scope.timeouts[GET /quotes]' sets one for a single endpoint.
 * @param trustHeaders Whether a caller's headers may shorten the budget of a request.
 * @param headers Headers that tell how long the caller waits, each with the format of its
 * value unless the name tells it, such as 'X-Request-Timeout=seconds'. The shortest
 * counts.
 * @param minTimeout Least that a header can leave to a request. Less counts as this.
 * @param maxTimeout Most that a header can give to a request. More counts as this. No
 * limit unless set.
 * @param exclude Paths whose requests have no scope.
 * @param order Order of the filter. Lower values are further out.
 * @param retryAfter How long a caller is told to wait before the next attempt when its
 * request was cancelled, in whole seconds.
 */
@ConfigurationProperties("cancel-scope.web")
public record WebCancelProperties(@DefaultValue("true") boolean enabled, @Nullable Duration timeout,
		@DefaultValue("true") boolean trustHeaders, @DefaultValue( {
				"x-envoy-expected-rq-timeout-ms", "grpc-timeout" }) List<String> headers,
		@DefaultValue("1ms") Duration minTimeout, @Nullable Duration maxTimeout,
		@DefaultValue("/actuator/**") List<String> exclude, @DefaultValue("-2147483646") int order,
		@DefaultValue("1s") Duration retryAfter){

	public WebCancelProperties {
		headers = List.copyOf(headers);
		exclude = List.copyOf(exclude);
		check("timeout", timeout);
		check("min-timeout", minTimeout);
		check("max-timeout", maxTimeout);
		check("retry-after", retryAfter);
		if (maxTimeout != null && maxTimeout.compareTo(minTimeout) < 0) {
			throw invalid("max-timeout", maxTimeout.toString(),
					"It is less than cancel-scope.web.min-timeout, which is " + minTimeout + ".");
		}
		headers.forEach(WebCancelProperties::header);
	}

	/**
	 * Returns the headers that tell how long a caller waits.
	 * @return the headers, in the order of the property; none where they aren't trusted
	 */
	public List<DeadlineHeader> deadlineHeaders() {
		return this.trustHeaders ? this.headers.stream().map(WebCancelProperties::header).toList() : List.of();
	}

	private static DeadlineHeader header(String text) {
		try {
			return DeadlineHeader.of(text);
		}
		catch (IllegalArgumentException ex) {
			throw invalid("headers", text, ex.getMessage());
		}
	}

	private static void check(String property, @Nullable Duration duration) {
		if (duration != null && duration.isNegative()) {
			throw invalid(property, duration.toString(),
					"It must not be negative. Give a number and a unit, for" + " example '800ms' or '2s'.");
		}
	}

	private static InvalidConfigurationPropertyValueException invalid(String property, String value,
			@Nullable String problem) {
		return new InvalidConfigurationPropertyValueException("cancel-scope.web." + property, value, problem);
	}

}
