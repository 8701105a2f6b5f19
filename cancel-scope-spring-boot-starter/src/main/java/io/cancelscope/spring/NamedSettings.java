package io.cancelscope.spring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.util.ClassUtils;

/**
 * What properties set by the name of a scope. A key that is the name wins over a pattern;
 * of patterns the most specific wins. A variable of the environment counts as the name
 * that it is made of, and wins over what has less precedence, such as files. HEAD has
 * what GET has, unless there is a key for HEAD. Safe for use by many threads.
 *
 * @param <V> what is set
 */
final class NamedSettings<V> {

	private static final OneLineLog logger = OneLineLog.of(ScopeSettings.class);

	private static final boolean hasRequests = ClassUtils.isPresent("org.springframework.web.util.pattern.PathPattern",
			NamedSettings.class.getClassLoader());

	private final String group;

	private final List<NamedSetting<V>> all = new ArrayList<>();

	private final Map<String, NamedSetting<V>> exact = new HashMap<>();

	private final Map<String, NamedSetting<V>> relaxed = new HashMap<>();

	private final Map<NamePattern, NamedSetting<V>> patterns = new TreeMap<>();

	private final @Nullable RequestPatterns<V> requests;

	private volatile boolean started;

	NamedSettings(String group, List<ScopeSetting> settings, Function<ScopeSetting, V> parser) {
		this.group = group;
		RequestPatterns<V> requests = null;
		for (ScopeSetting setting : settings) {
			NamedSetting<V> named = new NamedSetting<>(setting, parser.apply(setting));
			if (setting.relaxed()) {
				addRelaxed(named);
				continue;
			}
			this.all.add(named);
			this.exact.put(setting.key(), named);
			if (!ScopeKeys.isPattern(setting.key())) {
				continue;
			}
			ScopeKeys.check(setting, group);
			ScopeKeys.Request request = ScopeKeys.request(setting.key());
			if (request == null) {
				this.patterns.put(NamePattern.of(setting.key()), named);
			}
			else if (hasRequests) {
				requests = (requests != null) ? requests : new RequestPatterns<>();
				requests.add(request, named);
			}
		}
		if (requests != null) {
			requests.sort();
		}
		this.requests = requests;
	}

	private void addRelaxed(NamedSetting<V> added) {
		NamedSetting<V> known = this.relaxed.putIfAbsent(ScopeSetting.relaxed(added.setting().key()), added);
		if (known == null) {
			this.all.add(added);
		}
		else if (known.setting().precedence() == added.setting().precedence() && !known.value().equals(added.value())) {
			throw new InvalidScopeSettingException(
					"The environment variables " + known + " and " + added + " are for the same scope.",
					"Remove one of them.");
		}
	}

	boolean isEmpty() {
		return this.all.isEmpty();
	}

	/** Returns all settings; one that a stronger one replaces is left out. */
	List<NamedSetting<V>> all() {
		return this.all;
	}

	boolean hasVariables() {
		return !this.relaxed.isEmpty();
	}

	/** From now on nothing is thrown. */
	void started() {
		this.started = true;
	}

	/** Returns what is set for the scopes of a name. */
	@Nullable NamedSetting<V> find(String name) {
		return find(name, null);
	}

	/**
	 * Returns what is set for a request.
	 * @param name its name
	 * @param path its path, or {@code null} for what counts for all requests of the name
	 */
	@Nullable NamedSetting<V> find(String name, @Nullable PathContainer path) {
		if (isEmpty()) {
			return null;
		}
		NamedSetting<V> own = own(name);
		if (own != null) {
			return own;
		}
		ScopeKeys.Request request = ScopeKeys.request(name);
		NamedSetting<V> found = (request != null) ? ofPattern(request, path) : ofPattern(name);
		if (found != null) {
			found.takenBy(name);
			return found;
		}
		return isHead(name) ? find(get(name), path) : null;
	}

	/** Notes for all settings that fit a name that there is a scope for them. */
	void found(String name) {
		own(name);
		Stream<@Nullable NamedSetting<V>> fitting = Stream.of(this.exact.get(name));
		ScopeKeys.Request request = ScopeKeys.request(name);
		if (request == null) {
			fitting = Stream.concat(fitting,
					this.patterns.entrySet()
						.stream()
						.filter((pattern) -> pattern.getKey().matches(name))
						.map(Map.Entry::getValue));
		}
		else if (this.requests != null) {
			fitting = Stream.concat(fitting, this.requests.allCovering(request.method(), request.path()));
		}
		fitting.filter(Objects::nonNull).forEach((setting) -> setting.takenBy(name));
	}

	private static boolean isHead(String name) {
		return name.startsWith("HEAD ");
	}

	private static String get(String name) {
		return "GET" + name.substring("HEAD".length());
	}

	private @Nullable NamedSetting<V> ofPattern(String name) {
		for (Map.Entry<NamePattern, NamedSetting<V>> pattern : this.patterns.entrySet()) {
			if (pattern.getKey().matches(name)) {
				return pattern.getValue();
			}
		}
		return null;
	}

	private @Nullable NamedSetting<V> ofPattern(ScopeKeys.Request request, @Nullable PathContainer path) {
		if (this.requests == null) {
			return null;
		}
		RequestPatterns.Found<V> found = (path != null) ? this.requests.matching(request.method(), path)
				: this.requests.covering(request.method(), request.path());
		return (found != null) ? found.setting() : null;
	}

	/**
	 * Returns the name of a request under which {@link #find(String)} finds what counts
	 * for it: that of its endpoint, unless a pattern has some requests of the endpoint
	 * and not others.
	 */
	String nameOf(String endpoint, PathContainer path) {
		ScopeKeys.Request request = ScopeKeys.request(endpoint);
		if (this.requests == null || request == null) {
			return endpoint;
		}
		String name = nameOf(endpoint, request.method(), request.path(), path);
		if (name == null && isHead(endpoint)) {
			return "HEAD" + nameOf(get(endpoint), path).substring("GET".length());
		}
		return (name != null) ? name : endpoint;
	}

	/** {@code null} if nothing counts for the request. */
	private @Nullable String nameOf(String endpoint, String method, String pattern, PathContainer path) {
		if (own(endpoint) != null || this.requests == null) {
			return endpoint;
		}
		RequestPatterns.Found<V> found = this.requests.matching(method, path);
		if (found == null) {
			return null;
		}
		return found.pattern().covers(method, pattern) ? endpoint
				: method + " " + found.pattern().path().getPatternString();
	}

	/** Returns what is set for a name itself, and not by a pattern. */
	private @Nullable NamedSetting<V> own(String name) {
		NamedSetting<V> exact = this.exact.get(name);
		NamedSetting<V> relaxed = this.relaxed.isEmpty() ? null : this.relaxed.get(ScopeSetting.relaxed(name));
		NamedSetting<V> own = Comparator
			.nullsLast(Comparator.<NamedSetting<V>>comparingInt((setting) -> setting.setting().precedence()))
			.compare(exact, relaxed) <= 0 ? exact : relaxed;
		if (own == null) {
			return null;
		}
		String taken = own.takenBy(name);
		if (own != relaxed || taken.equals(name)) {
			return own;
		}
		refuse(own, taken, name);
		return exact;
	}

	/** A variable can mean one scope only. */
	private void refuse(NamedSetting<V> variable, String taken, String name) {
		String description = "The environment variable " + variable + " matches two scopes, '" + taken + "' and '"
				+ name + "'.";
		String action = "Remove it, and set a property in a file or on the command line, where names are exact: '"
				+ ScopeSetting.property(this.group, taken) + "' or '" + ScopeSetting.property(this.group, name) + "'.";
		if (!this.started) {
			throw new InvalidScopeSettingException(description, action);
		}
		if (variable.isFirstWarning()) {
			logger.warn(description + " The library applies it to the first. " + action);
		}
	}

}
