package io.cancelscope.spring.request;

import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

import io.cancelscope.spring.DeadlineHeader;
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

	/** Null where the time before this server does not count. */
	private final @Nullable RequestStart start;

	private final IgnoredDeadlineListener ignored;

	RequestBudget(CancelScopeWebProperties properties, IgnoredDeadlineListener ignored, InstantSource clock) {
		this.headers = properties.deadlineHeaders();
		this.trust = new HeaderTrust(properties.trust(), properties.proxies());
		this.least = properties.minTimeout();
		this.most = properties.maxTimeout();
		this.start = properties.start(clock);
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
		if (this.headers.isEmpty() && this.start == null) {
			return limit;
		}
		BelievedHeaders believed = new BelievedHeaders(this.trust, values, peer);
		if (this.start != null) {
			limit = limit.after(queued(this.start, believed), this.start.name());
		}
		for (DeadlineHeader header : this.headers) {
			for (String value : believed.get(header.name())) {
				limit = shortened(limit, header, value);
			}
		}
		return limit;
	}

	/** The longest of several, as the shortest budget counts. */
	private Duration queued(RequestStart start, BelievedHeaders believed) {
		Duration longest = Duration.ZERO;
		for (String value : believed.get(start.name())) {
			Duration since = start.since(value);
			if (since == null) {
				this.ignored.ignored(new DeadlineHeader(start.name(), DeadlineHeader.Format.MILLISECONDS));
			}
			else if (since.compareTo(longest) > 0) {
				longest = since;
			}
		}
		return longest;
	}

	private RequestLimit shortened(RequestLimit limit, DeadlineHeader header, String value) {
		Optional<Duration> parsed = header.parse(value);
		if (parsed.isEmpty()) {
			this.ignored.ignored(header);
			return limit;
		}
		Duration asked = parsed.get().minus(limit.queued());
		RequestLimit known = limit.asked(asked);
		if (asked.isNegative() || asked.isZero()) {
			// Nobody waits for it any more.
			return known.orShorter(Duration.ZERO, header, null);
		}
		if (asked.compareTo(this.least) < 0) {
			return known.orShorter(this.least, header, "raised to cancel-scope.web.min-timeout");
		}
		if (this.most != null && asked.compareTo(this.most) > 0) {
			return known.orShorter(this.most, header, "lowered to cancel-scope.web.max-timeout");
		}
		return known.orShorter(asked, header, null);
	}

}
