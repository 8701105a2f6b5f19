package io.cancelscope.spring.request;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

import io.cancelscope.Durations;
import io.cancelscope.spring.DeadlineHeader;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.web.*}, for the scopes of incoming requests in Spring
 * MVC, other servlets and WebFlux.
 *
 * @param enabled Whether to open a scope for each incoming request.
 * @param timeout Budget of a request, from its arrival to the end of the response. No
 * limit by default. 'cancel-scope.timeouts[GET /quotes]' sets the budget of one endpoint.
 * @param trustHeaders Callers whose headers can shorten the budget of a request. 'always'
 * trusts all callers, 'from-proxies' trusts the addresses in
 * 'cancel-scope.web.trusted-proxies', 'never' trusts no caller.
 * @param trustedProxies Addresses and CIDR blocks of the proxies that
 * 'cancel-scope.web.trust-headers=from-proxies' trusts. Compared with the address of the
 * connection, never with a header such as X-Forwarded-For. Private networks by default,
 * as for Tomcat's internal proxies.
 * @param headers Headers that contain the time that the caller will wait. Append the
 * format of the value unless the name implies it, such as 'X-Request-Timeout=seconds'. If
 * a request has multiple of these headers, the shortest time applies.
 * @param minTimeout Lower limit of the budget that a header can set, so that time remains
 * for a response. Smaller values are raised to it.
 * @param maxTimeout Upper limit of the budget that a header can set. Larger values are
 * reduced to it. No limit by default.
 * @param key Source of the key of a request's scope: 'header:' and the name of a header,
 * which every caller can then set, or 'path:' and the name of a variable in paths, such
 * as 'path:order' for keys such as 'order-42'. No keys by default.
 * @param exclude Path patterns of requests that have no scope. Paths of the actuator's
 * endpoints by default.
 * @param order Order of the filter. Lower values are further out.
 * @param retryAfter Time to wait before the next attempt, sent in the Retry-After header
 * of the response to a cancelled request, in whole seconds.
 * @param showScopes Whether to include the name and the budget of the cancelled scope in
 * the response to a cancelled request.
 * @param expiredHeader Whether the response to a request whose deadline has passed
 * contains the header Deadline-Expired. Its value is 'caller' if the time that the caller
 * gave is used up, so that another attempt is of no use, and 'server' otherwise.
 * @param requestStart Header that contains the time at which a proxy received the
 * request, such as 'X-Request-Start'. The time since then is subtracted from the budget.
 * Requires 'cancel-scope.web.trust-headers'. No header by default.
 * @param maxQueueTime Longest time since 'cancel-scope.web.request-start' that is
 * believed. A longer time is ignored, because the clock of the proxy or of this server
 * must be wrong.
 */
@ConfigurationProperties("cancel-scope.web")
public record CancelScopeWebProperties(@DefaultValue("true") boolean enabled, @Nullable Duration timeout,
		@DefaultValue("never") String trustHeaders, @DefaultValue( {
				"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
				"::1", "fe80::/10", "fc00::/7" }) List<String> trustedProxies,
		@DefaultValue({ "x-envoy-expected-rq-timeout-ms", "grpc-timeout" }) List<String> headers,
		@DefaultValue("100ms") Duration minTimeout, @Nullable Duration maxTimeout, @Nullable String key,
		@Nullable List<String> exclude, @DefaultValue("-2147483646") int order, @DefaultValue("1s") Duration retryAfter,
		@DefaultValue("false") boolean showScopes, @DefaultValue("false") boolean expiredHeader,
		@Nullable String requestStart, @DefaultValue("1m") Duration maxQueueTime){

	// A text, so that a value of another time, such as 'true', gets an answer that says
	// what to write now.
	public CancelScopeWebProperties {
		trustedProxies = List.copyOf(trustedProxies);
		headers = List.copyOf(headers);
		exclude = (exclude != null) ? List.copyOf(exclude) : null;
		requestStart = (requestStart != null && !requestStart.isBlank()) ? requestStart.trim() : null;
		check("timeout", timeout);
		check("min-timeout", minTimeout);
		check("max-timeout", maxTimeout);
		check("retry-after", retryAfter);
		if (maxTimeout != null && maxTimeout.compareTo(minTimeout) < 0) {
			throw invalid("max-timeout", Durations.format(maxTimeout),
					"The upper limit must not be less than cancel-scope.web.min-timeout, which is "
							+ Durations.format(minTimeout) + ". Increase the former or decrease the latter.");
		}
		if (key != null) {
			requestKey(key);
		}
		check("max-queue-time", maxQueueTime);
		headers.forEach(CancelScopeWebProperties::header);
		trustedProxies.forEach(CancelScopeWebProperties::range);
		if (trust(trustHeaders) == Trust.FROM_PROXIES && trustedProxies.isEmpty()) {
			throw invalid("trusted-proxies", "", "The list must not be empty if cancel-scope.web.trust-headers is"
					+ " 'from-proxies'. Add the addresses of the proxies, or set cancel-scope.web.trust-headers to 'never'.");
		}
		checkStart(requestStart, trust(trustHeaders));
	}

	private static void checkStart(@Nullable String header, Trust trust) {
		if (header == null) {
			return;
		}
		if (!DeadlineHeader.isName(header)) {
			throw invalid("request-start", header,
					"The value is not a valid name of a header. Give a name such as 'X-Request-Start'.");
		}
		if (trust == Trust.NEVER) {
			throw invalid("request-start", header, "The header is never read, because cancel-scope.web.trust-headers is"
					+ " 'never'. Set that property to 'from-proxies', or remove this one.");
		}
	}

	/**
	 * Returns the callers whose headers are trusted.
	 * @return the parsed value of {@link #trustHeaders()}
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
				"The value is unknown. Give 'always' (trusts the headers of every caller), 'from-proxies' (trusts those of"
						+ " the addresses in cancel-scope.web.trusted-proxies) or 'never'.");
	}

	List<AddressRange> proxies() {
		return this.trustedProxies.stream().map(CancelScopeWebProperties::range).toList();
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
	 * Returns the headers that contain the time that a caller will wait.
	 * @return the headers, in the order of the property; empty if no caller is trusted
	 */
	public List<DeadlineHeader> deadlineHeaders() {
		return (trust() != Trust.NEVER) ? this.headers.stream().map(CancelScopeWebProperties::header).toList()
				: List.of();
	}

	@Nullable RequestStart start(InstantSource clock) {
		return (this.requestStart != null) ? new RequestStart(this.requestStart, this.maxQueueTime, clock) : null;
	}

	@Nullable RequestKey requestKey() {
		return (this.key != null) ? requestKey(this.key) : null;
	}

	private static RequestKey requestKey(String text) {
		try {
			return RequestKey.of(text);
		}
		catch (IllegalArgumentException ex) {
			throw invalid("key", text, ex.getMessage());
		}
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
					"The duration must not be negative. Give a number and a unit, for example '800ms' or '2s'.");
		}
	}

	private static InvalidConfigurationPropertyValueException invalid(String property, String value,
			@Nullable String problem) {
		return new InvalidConfigurationPropertyValueException("cancel-scope.web." + property, value, problem);
	}

	/**
	 * Callers whose headers are trusted.
	 */
	public enum Trust {

		/** All callers. */
		ALWAYS,

		/** The proxies in a list. */
		FROM_PROXIES,

		/** No caller. */
		NEVER

	}

}
