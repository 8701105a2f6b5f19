package io.cancelscope.spring.request;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.cancelscope.spring.RequestPattern;
import io.cancelscope.spring.ScopeBudget;
import io.cancelscope.spring.ScopeKeys;
import io.cancelscope.spring.ScopeNames;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Names of the scopes of requests. For the features that open these scopes.
 */
public final class RequestScopeNames implements ScopeNames, Ordered {

	private final Supplier<@Nullable Stream<Endpoint>> endpoints;

	private final List<RequestPattern> excluded;

	private final @Nullable Duration timeout;

	private @Nullable List<Endpoint> found;

	/**
	 * Creates an instance.
	 * @param web contains the paths whose requests have no scope
	 * @param endpoints returns the endpoints, or {@code null} if they are not known
	 * before the first request
	 */
	public RequestScopeNames(CancelScopeWebProperties web, Supplier<@Nullable Stream<Endpoint>> endpoints) {
		this.endpoints = endpoints;
		this.timeout = web.timeout();
		List<String> exclude = web.exclude();
		// The actuator's paths are found later: a key for one of them is not warned of.
		this.excluded = (exclude == null) ? List.of()
				: exclude.stream().map((path) -> RequestPattern.of("*", path)).toList();
	}

	/** Before those that take longer to be found. */
	@Override
	public int getOrder() {
		return 0;
	}

	@Override
	public Collection<String> names() {
		Collection<String> names = new ArrayList<>();
		for (HttpMethod method : HttpMethod.values()) {
			names.add(method.name() + " " + RequestNames.ANY_PATH);
		}
		names.add(RequestNames.OTHER_METHOD + " " + RequestNames.ANY_PATH);
		for (Endpoint endpoint : found()) {
			endpoint.methods().forEach((method) -> names.add(method + " " + endpoint.pattern().getPatternString()));
		}
		return names;
	}

	@Override
	public boolean canRequire() {
		return true;
	}

	@Override
	public @Nullable ScopeBudget budgetOf(String name) {
		return (this.timeout != null && ScopeKeys.request(name) != null)
				? new ScopeBudget(this.timeout, "cancel-scope.web.timeout") : null;
	}

	@Override
	public @Nullable ScopeBudget longestBudget() {
		return (this.timeout != null) ? new ScopeBudget(this.timeout, "cancel-scope.web.timeout") : null;
	}

	/**
	 * The requests that a path pattern matches cannot be determined: static files,
	 * functional routes and servlets have no names. A request with a method that its
	 * endpoint does not support has a scope as well.
	 */
	@Override
	public boolean mayOpen(String key) {
		ScopeKeys.Request request = ScopeKeys.request(key);
		if (request == null || isExcluded(request.path())) {
			return false;
		}
		return this.found == null || ScopeKeys.isPattern(key) || found().stream()
			.anyMatch((endpoint) -> endpoint.pattern().getPatternString().equals(request.path()));
	}

	private List<Endpoint> found() {
		if (this.found == null) {
			Stream<Endpoint> endpoints = this.endpoints.get();
			if (endpoints == null) {
				return List.of();
			}
			this.found = endpoints.filter((endpoint) -> !isExcluded(endpoint.pattern().getPatternString())).toList();
		}
		return this.found;
	}

	private boolean isExcluded(String path) {
		return this.excluded.stream().anyMatch((pattern) -> pattern.covers("GET", path));
	}

	/**
	 * An endpoint.
	 *
	 * @param methods the names of the supported HTTP methods
	 * @param pattern the path pattern
	 */
	public record Endpoint(Collection<String> methods, PathPattern pattern) {

		/**
		 * Creates the endpoints of a mapping.
		 * @param methods the mapped HTTP methods; empty for all
		 * @param patterns the path patterns
		 * @return the endpoints, which support HEAD if they support GET
		 */
		public static Stream<Endpoint> of(Set<RequestMethod> methods, Stream<PathPattern> patterns) {
			Set<String> names = new TreeSet<>();
			if (methods.isEmpty()) {
				Stream.of(HttpMethod.values()).map(HttpMethod::name).forEach(names::add);
			}
			methods.stream().map(RequestMethod::name).forEach(names::add);
			if (methods.contains(RequestMethod.GET)) {
				names.add(RequestMethod.HEAD.name());
			}
			return patterns.map((pattern) -> new Endpoint(names, pattern));
		}

	}

}
