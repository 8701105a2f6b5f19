package io.cancelscope.spring.request;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The headers of one request, which are there only if they are believed. Whether they are
 * is found out once, and only if there is one.
 */
final class BelievedHeaders {

	private final HeaderTrust trust;

	private final Function<String, List<String>> values;

	private final Supplier<? extends @Nullable InetAddress> peer;

	private @Nullable Boolean believed;

	BelievedHeaders(HeaderTrust trust, Function<String, List<String>> values,
			Supplier<? extends @Nullable InetAddress> peer) {
		this.trust = trust;
		this.values = values;
		this.peer = peer;
	}

	/** Returns the values of a header. */
	List<String> get(String name) {
		List<String> sent = this.values.apply(name);
		if (sent.isEmpty()) {
			return sent;
		}
		Boolean believed = this.believed;
		if (believed == null) {
			believed = this.trust.believes(name, this.peer);
			this.believed = believed;
		}
		return believed ? sent : List.of();
	}

}
