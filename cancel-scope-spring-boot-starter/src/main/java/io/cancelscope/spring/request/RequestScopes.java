package io.cancelscope.spring.request;

import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.cancelscope.CancelScopes;
import io.cancelscope.Deadline;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.TimeSource;
import io.cancelscope.spring.GuardedCall;
import io.cancelscope.spring.RequestSettings;
import io.cancelscope.spring.ScopeBudget;
import io.cancelscope.spring.ScopeSettings;
import io.cancelscope.spring.UsualTimes;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Opens the scopes of incoming requests. A scope is named after the endpoint. Properties
 * and headers determine its budget. For the filters of this starter and for integrations.
 */
public final class RequestScopes {

	private final CancelScopes scopes;

	private final TimeSource time;

	private final RequestSettings settings;

	private final CancelScopeWebProperties web;

	private final RequestBudget budget;

	private final Supplier<List<PathPattern>> excluded;

	private final Supplier<RequestNames> names;

	private final UsualTimes usualTimes;

	/** Null where requests have no keys. */
	private final @Nullable RequestKey key;

	/**
	 * Creates an instance.
	 * @param scopes opens the scopes
	 * @param time the time source of these scopes
	 * @param settings contains the budgets of single endpoints
	 * @param web contains all other settings
	 * @param patterns returns the mapped paths; called once, at the first request
	 * @param ignored is notified of ignored headers
	 */
	public RequestScopes(CancelScopes scopes, TimeSource time, ScopeSettings settings, CancelScopeWebProperties web,
			Supplier<Stream<PathPattern>> patterns, IgnoredDeadlineListener ignored) {
		this(scopes, time, settings, web, patterns, ignored, Stream::empty);
	}

	/**
	 * Creates an instance.
	 * @param scopes opens the scopes
	 * @param time the time source of these scopes
	 * @param settings contains the budgets of single endpoints
	 * @param web contains all other settings
	 * @param patterns returns the mapped paths; called once, at the first request
	 * @param ignored is notified of ignored headers
	 * @param unscoped returns the paths whose requests have no scope unless
	 * {@code cancel-scope.web.exclude} is set; called once, at the first request
	 */
	public RequestScopes(CancelScopes scopes, TimeSource time, ScopeSettings settings, CancelScopeWebProperties web,
			Supplier<Stream<PathPattern>> patterns, IgnoredDeadlineListener ignored,
			Supplier<Stream<UnscopedPaths>> unscoped) {
		this(scopes, time, settings, web, patterns, ignored, unscoped, InstantSource.system());
	}

	/** On a clock that tests own: proxies and this server have no other in common. */
	RequestScopes(CancelScopes scopes, TimeSource time, ScopeSettings settings, CancelScopeWebProperties web,
			Supplier<Stream<PathPattern>> patterns, IgnoredDeadlineListener ignored,
			Supplier<Stream<UnscopedPaths>> unscoped, InstantSource clock) {
		this.scopes = scopes;
		this.time = time;
		this.settings = settings.ofRequests();
		this.web = web;
		this.budget = new RequestBudget(web, ignored, clock);
		this.excluded = excluded(web.exclude(), unscoped);
		this.names = SingletonSupplier.of(() -> new RequestNames(patterns.get()));
		this.key = web.requestKey();
		this.usualTimes = new UsualTimes(time);
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
	 * @return whether {@code cancel-scope.web.exclude} excludes the path, or the path
	 * belongs to the actuator if that property is not set
	 */
	public boolean excludes(PathContainer path) {
		return this.excluded.get().stream().anyMatch((pattern) -> pattern.matches(path));
	}

	/**
	 * Opens the unbound scope of a request that has just arrived. If less is left of its
	 * budget than {@code cancel-scope.requires} asks for, the scope is cancelled.
	 * @param method the method of the request, unchanged
	 * @param path the path within the application
	 * @param headers returns the values of a header
	 * @param peer returns the address of the other end of the connection, see
	 * {@link PeerAddress}; {@code null} if it is unknown, and then headers are trusted
	 * only if those of all callers are
	 * @return the request, which the caller must close
	 */
	public RequestScope open(String method, PathContainer path, Function<String, List<String>> headers,
			Supplier<? extends @Nullable InetAddress> peer) {
		String endpoint = this.names.get().of(method, path);
		String name = this.settings.nameOf(endpoint, path);
		ScopeBudget changed = this.settings.changedBudgetOf(name);
		RequestLimit limit = this.budget.of((changed != null) ? changed.timeout() : limit(endpoint, path), headers,
				peer);
		ScopeOptions options = ScopeOptions.named(name)
			.withTimeout(limit.budget())
			.withBudgetSource((changed != null && limit.header() == null && !limit.isUsedUp()) ? changed.source()
					: limit.source());
		if (this.key != null) {
			options = options.withKey(this.key.read(headers, this.names, path));
		}
		// Order: before the scope, so that it never passes after that of the scope.
		Deadline callers = callers(limit);
		OpenScope scope = this.scopes.openUnbound(options);
		GuardedCall guarded = GuardedCall.begin(this.settings.requiredBy(endpoint, path), this.usualTimes, scope,
				limit.budget());
		return new RequestScope(scope, this.time, this.web, limit, callers, guarded);
	}

	/** When the caller stops waiting, where anybody wants to know. */
	private @Nullable Deadline callers(RequestLimit limit) {
		return (this.web.expiredHeader() && limit.asked() != null) ? this.scopes.deadline(limit.asked()) : null;
	}

	private @Nullable Duration limit(String endpoint, PathContainer path) {
		return this.settings.timeoutOf(endpoint, path).orElse(this.web.timeout());
	}

}
