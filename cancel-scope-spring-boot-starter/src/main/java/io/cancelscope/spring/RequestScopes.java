package io.cancelscope.spring;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Opens the scopes of incoming requests: named after the endpoint, with the budget that
 * properties and headers leave. For the filters of this starter and for integrations.
 */
public final class RequestScopes {

	private final CancelScopes scopes;

	private final TimeSource time;

	private final RequestSettings settings;

	private final WebCancelProperties web;

	private final RequestBudget budget;

	private final Supplier<List<PathPattern>> excluded;

	private final Supplier<RequestNames> names;

	/**
	 * Creates one.
	 * @param scopes opens the scopes
	 * @param time the time that those scopes live on
	 * @param settings has the budgets of single endpoints
	 * @param web has everything else
	 * @param patterns finds the paths that are served; asked once, at the first request
	 * @param ignored is told about headers that are ignored
	 */
	public RequestScopes(CancelScopes scopes, TimeSource time, ScopeSettings settings, WebCancelProperties web,
			Supplier<Stream<PathPattern>> patterns, IgnoredDeadlineListener ignored) {
		this(scopes, time, settings, web, patterns, ignored, Stream::empty);
	}

	/**
	 * Creates one.
	 * @param scopes opens the scopes
	 * @param time the time that those scopes live on
	 * @param settings has the budgets of single endpoints
	 * @param web has everything else
	 * @param patterns finds the paths that are served; called once, at the first request
	 * @param ignored is told about headers that are ignored
	 * @param unscoped finds the paths whose requests have no scope unless
	 * {@code cancel-scope.web.exclude} is set; called once, at the first request
	 */
	public RequestScopes(CancelScopes scopes, TimeSource time, ScopeSettings settings, WebCancelProperties web,
			Supplier<Stream<PathPattern>> patterns, IgnoredDeadlineListener ignored,
			Supplier<Stream<UnscopedPaths>> unscoped) {
		this.scopes = scopes;
		this.time = time;
		this.settings = settings.ofRequests();
		this.web = web;
		this.budget = new RequestBudget(web, ignored);
		this.excluded = excluded(web.exclude(), unscoped);
		this.names = SingletonSupplier.of(() -> new RequestNames(patterns.get()));
	}

	/** What is written wrong in a property stops the start-up. */
	private static Supplier<List<PathPattern>> excluded(@Nullable List<String> exclude,
			Supplier<Stream<UnscopedPaths>> unscoped) {
		if (exclude != null) {
			List<PathPattern> parsed = parsed(exclude.stream());
			return () -> parsed;
		}
		return SingletonSupplier.of(() -> parsed(unscoped.get().flatMap(UnscopedPaths::patterns)));
	}

	private static List<PathPattern> parsed(Stream<String> patterns) {
		return patterns.map(PathPatternParser.defaultInstance::parse).toList();
	}

	/**
	 * Returns whether requests to a path have no scope.
	 * @param path the path within the application
	 * @return whether it is excluded by {@code cancel-scope.web.exclude}, or belongs to
	 * the actuator if that property is not set
	 */
	public boolean excludes(PathContainer path) {
		return this.excluded.get().stream().anyMatch((pattern) -> pattern.matches(path));
	}

	/**
	 * Returns whether a request belongs to another protocol that is carried by HTTP:
	 * gRPC, which has deadlines and answers of its own, or an upgrade, WebSocket for
	 * example. An upgrade to HTTP/2 is none.
	 * @param method the request's method, as it came
	 * @param headers finds the values of a header
	 * @return whether it is no request of the kind that scopes are opened for
	 */
	public static boolean isOtherProtocol(String method, Function<String, List<String>> headers) {
		return switch (method) {
			case "POST" -> hasValue(headers, "Content-Type", (type) -> type.startsWith("application/grpc"));
			case "GET" -> hasValue(headers, "Connection", (connection) -> connection.contains("upgrade"))
					&& hasValue(headers, "Upgrade", (protocol) -> !protocol.startsWith("h2c"));
			default -> false;
		};
	}

	private static boolean hasValue(Function<String, List<String>> headers, String name, Predicate<String> which) {
		return headers.apply(name).stream().map((value) -> value.toLowerCase(Locale.ROOT)).anyMatch(which);
	}

	/**
	 * Opens the scope of a request that has just come in, bound to no thread.
	 * @param method the request's method, as it came
	 * @param path the path within the application
	 * @param headers finds the values of a header
	 * @param peer finds the address of the other end of the connection, see
	 * {@link PeerAddress}; {@code null} if it is not known, and then no header is
	 * believed unless everybody's are
	 * @return the scope; whoever opened it has to close it
	 */
	public RequestScope open(String method, PathContainer path, Function<String, List<String>> headers,
			Supplier<? extends @Nullable InetAddress> peer) {
		String endpoint = this.names.get().of(method, path);
		RequestLimit limit = this.budget.of(limit(endpoint, path), headers, peer);
		ScopeOptions options = ScopeOptions.named(this.settings.nameOf(endpoint, path))
			.withTimeout(limit.budget())
			.withBudgetSource(limit.source());
		return new RequestScope(this.scopes.openUnbound(options), this.time, this.web);
	}

	private @Nullable Duration limit(String endpoint, PathContainer path) {
		return this.settings.timeoutOf(endpoint, path).orElse(this.web.timeout());
	}

}
