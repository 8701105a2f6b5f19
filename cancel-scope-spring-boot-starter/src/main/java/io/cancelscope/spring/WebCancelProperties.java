package io.cancelscope.spring;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import io.cancelscope.Durations;
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
 * @param trustHeaders Whose headers may shorten the budget of a request: 'always' those
 * of every caller, 'from-proxies' those of the addresses in
 * 'cancel-scope.web.trusted-proxies', 'never' nobody's.
 * @param trustedProxies Addresses and CIDR blocks of the proxies whose headers are
 * believed with 'cancel-scope.web.trust-headers=from-proxies'. The other end of the
 * connection counts, and no header such as X-Forwarded-For. Unless set, the addresses of
 * private networks, as for Tomcat's internal proxies.
 * @param headers Headers that tell how long the caller waits, each with the format of its
 * value unless the name tells it, such as 'X-Request-Timeout=seconds'. The shortest
 * counts.
 * @param minTimeout Least that a header can leave to a request, so that there is time for
 * an answer. Less counts as this.
 * @param maxTimeout Most that a header can give to a request. More counts as this. No
 * limit unless set.
 * @param exclude Patterns of paths whose requests have no scope. Unless set, those of the
 * actuator's endpoints.
 * @param order Order of the filter. Lower values are further out.
 * @param retryAfter How long a caller is told to wait before the next attempt when its
 * request was cancelled, in whole seconds.
 * @param showScopes Whether the answer to a cancelled request contains the name and the
 * budget of the scope that was cancelled.
 */
@ConfigurationProperties("cancel-scope.web")
public record WebCancelProperties(@DefaultValue("true") boolean enabled, @Nullable Duration timeout,
		@DefaultValue("never") String trustHeaders, @DefaultValue( {
				"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
				"::1", "fe80::/10", "fc00::/7" }) List<String> trustedProxies,
		@DefaultValue({ "x-envoy-expected-rq-timeout-ms", "grpc-timeout" }) List<String> headers,
		@DefaultValue("100ms") Duration minTimeout, @Nullable Duration maxTimeout, @Nullable List<String> exclude,
		@DefaultValue("-2147483646") int order, @DefaultValue("1s") Duration retryAfter,
		@DefaultValue("false") boolean showScopes){

	// A text, so that a value of another time, such as 'true', gets an answer that says
	// what to write now.
	public WebCancelProperties {
		trustedProxies = List.copyOf(trustedProxies);
		headers = List.copyOf(headers);
		exclude = (exclude != null) ? List.copyOf(exclude) : null;
		check("timeout", timeout);
		check("min-timeout", minTimeout);
		check("max-timeout", maxTimeout);
		check("retry-after", retryAfter);
		if (maxTimeout != null && maxTimeout.compareTo(minTimeout) < 0) {
			throw invalid("max-timeout", Durations.format(maxTimeout),
					"It is less than cancel-scope.web.min-timeout, which is " + Durations.format(minTimeout) + ".");
		}
		headers.forEach(WebCancelProperties::header);
		trustedProxies.forEach(WebCancelProperties::range);
		if (trust(trustHeaders) == Trust.FROM_PROXIES && trustedProxies.isEmpty()) {
			throw invalid("trusted-proxies", "", "It is empty, so cancel-scope.web.trust-headers=from-proxies would"
					+ " believe nobody. Give the addresses of your proxies, or set that to 'never'.");
		}
	}

	/**
	 * Returns whose headers are believed.
	 * @return the meaning of {@link #trustHeaders()}
	 */
	public Trust trust() {
		return trust(this.trustHeaders);
	}

	private static Trust trust(String text) {
		String word = text.trim().toUpperCase(Locale.ROOT).replace('-', '_');
		for (Trust known : Trust.values()) {
			if (known.name().equals(word)) {
				return known;
			}
		}
		throw invalid("trust-headers", text,
				"It does not say whose headers are believed. Give 'always' (every caller's), 'from-proxies' (those of"
						+ " the addresses in cancel-scope.web.trusted-proxies) or 'never'.");
	}

	List<AddressRange> proxies() {
		return this.trustedProxies.stream().map(WebCancelProperties::range).toList();
	}

	private static AddressRange range(String text) {
		try {
			return AddressRange.of(text.trim());
		}
		catch (IllegalArgumentException ex) {
			throw invalid("trusted-proxies", text, ex.getMessage());
		}
	}

	/**
	 * Returns the headers that tell how long a caller waits.
	 * @return the headers, in the order of the property; none where nobody's are believed
	 */
	public List<DeadlineHeader> deadlineHeaders() {
		return (trust() != Trust.NEVER) ? this.headers.stream().map(WebCancelProperties::header).toList() : List.of();
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
			throw invalid(property, Durations.format(duration),
					"It must not be negative. Give a number and a unit, for" + " example '800ms' or '2s'.");
		}
	}

	private static InvalidConfigurationPropertyValueException invalid(String property, String value,
			@Nullable String problem) {
		return new InvalidConfigurationPropertyValueException("cancel-scope.web." + property, value, problem);
	}

	/**
	 * Whose headers are believed.
	 */
	public enum Trust {

		/** Those of every caller. */
		ALWAYS,

		/** Those of the proxies in a list. */
		FROM_PROXIES,

		/** Nobody's. */
		NEVER

	}

}
