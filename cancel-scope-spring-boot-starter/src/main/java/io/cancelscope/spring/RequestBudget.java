package io.cancelscope.spring;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Reads what callers say about how long they wait, where they are believed. They can
 * shorten what the server would grant, never extend it, and whatever else they send is
 * ignored.
 */
final class RequestBudget {

	private final List<DeadlineHeader> headers;

	private final HeaderTrust trust;

	private final Duration least;

	private final @Nullable Duration most;

	private final IgnoredDeadlineListener ignored;

	RequestBudget(WebCancelProperties properties, IgnoredDeadlineListener ignored) {
		this.headers = properties.deadlineHeaders();
		this.trust = new HeaderTrust(properties.trust(), properties.proxies());
		this.least = properties.minTimeout();
		this.most = properties.maxTimeout();
		this.ignored = ignored;
	}

	/**
	 * Returns how long a request may take.
	 * @param own what the server grants, {@code null} for no limit
	 * @param values finds the values of a header
	 * @param peer finds the other end of the connection
	 */
	RequestLimit of(@Nullable Duration own, Function<String, List<String>> values,
			Supplier<? extends @Nullable InetAddress> peer) {
		RequestLimit limit = RequestLimit.own(own);
		boolean believed = false;
		for (DeadlineHeader header : this.headers) {
			List<String> sent = values.apply(header.name());
			if (sent.isEmpty()) {
				continue;
			}
			if (!believed && !this.trust.believes(header, peer)) {
				return limit;
			}
			believed = true;
			for (String value : sent) {
				limit = shortened(limit, header, value);
			}
		}
		return limit;
	}

	private RequestLimit shortened(RequestLimit limit, DeadlineHeader header, String value) {
		Optional<Duration> parsed = header.parse(value);
		if (parsed.isEmpty()) {
			this.ignored.ignored(header);
			return limit;
		}
		Duration asked = parsed.get();
		RequestLimit known = limit.asked(asked);
		if (asked.compareTo(this.least) < 0) {
			return known.orShorter(this.least, header, "raised to cancel-scope.web.min-timeout");
		}
		if (this.most != null && asked.compareTo(this.most) > 0) {
			return known.orShorter(this.most, header, "lowered to cancel-scope.web.max-timeout");
		}
		return known.orShorter(asked, header, null);
	}

}
