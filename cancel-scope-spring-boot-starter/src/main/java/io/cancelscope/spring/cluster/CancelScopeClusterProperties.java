package io.cancelscope.spring.cluster;

import java.time.Duration;
import java.util.List;

import io.cancelscope.Durations;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties {@code cancel-scope.cluster.*}.
 *
 * @param enabled Whether to send requests to cancel to all nodes of the application, and
 * to execute those of other nodes.
 * @param secret Secret that all nodes share, at least 32 characters. Signs all messages.
 * @param group Name of the application, the same on all its nodes. Messages of other
 * groups are ignored. Value of 'spring.application.name' by default.
 * @param node Name of this node in answers and logs. Group and a random number by
 * default.
 * @param nodes Number of nodes, if it is fixed. An answer is then complete before the
 * time to wait has passed. Zero if it is not known.
 * @param waitFor Time to wait for the answers of other nodes, unless a request has
 * another one.
 * @param window Highest age of a message, and highest difference between the clocks of
 * the nodes. Older messages are refused, since they could be replayed.
 * @param names Patterns of the names of scopes that requests can cancel, such as
 * 'ImportService.*'. All by default.
 * @param tombstones Time for which a request for a key also cancels a scope that opens
 * later, if no node had an open scope with that key. None by default.
 * @param broadPerMinute Highest number of requests by name or by trace id that a node
 * executes in a minute.
 * @param trackOpen Whether to track all open scopes, which finds them by name and trace
 * id. Keys are found without it.
 * @param traceKey Key of the trace id in the MDC. The trace id is read when a scope
 * opens.
 */
@ConfigurationProperties("cancel-scope.cluster")
public record CancelScopeClusterProperties(@DefaultValue("false") boolean enabled, @Nullable String secret,
		@Nullable String group, @Nullable String node, @DefaultValue("0") int nodes,
		@DefaultValue("500ms") Duration waitFor, @DefaultValue("30s") Duration window, @DefaultValue List<String> names,
		@Nullable Duration tombstones, @DefaultValue("60") int broadPerMinute, @DefaultValue("true") boolean trackOpen,
		@DefaultValue("traceId") String traceKey) {

	static final int SHORTEST_SECRET = 32;

	static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

	static final Duration LONGEST_WINDOW = Duration.ofMinutes(10);

	static final Duration LONGEST_TOMBSTONES = Duration.ofMinutes(10);

	private static final String GROUP = "cancel-scope.cluster.";

	private static final String HIDDEN = "******";

	public CancelScopeClusterProperties {
		names = List.copyOf(names);
		if (enabled && (secret == null || secret.isBlank())) {
			throw invalid("secret", "",
					"The secret must not be empty if cancel-scope.cluster.enabled is true. Set the same random text on all"
							+ " nodes, for example the output of 'openssl rand -hex 32', or set"
							+ " cancel-scope.cluster.enabled to false.");
		}
		if (enabled && secret != null && secret.length() < SHORTEST_SECRET) {
			throw invalid("secret", HIDDEN, "The secret must have at least " + SHORTEST_SECRET + " characters, but has "
					+ secret.length() + ". Set a random text, for example the output of 'openssl rand -hex 32'.");
		}
		if (nodes < 0) {
			throw invalid("nodes", nodes, "The number of nodes must not be negative. Give 0 if it is not known.");
		}
		if (broadPerMinute < 1) {
			throw invalid("broad-per-minute", broadPerMinute, "The number of requests must be at least 1."
					+ " To allow no scope to be cancelled by name, define a CancelAuthorization bean.");
		}
		checkRange("wait-for", waitFor, Duration.ZERO, LONGEST_WAIT);
		checkRange("window", window, Duration.ofSeconds(1), LONGEST_WINDOW);
		if (tombstones != null) {
			checkRange("tombstones", tombstones, Duration.ZERO, LONGEST_TOMBSTONES);
		}
	}

	static void checkWait(Duration wait) {
		if (wait.isNegative() || wait.compareTo(LONGEST_WAIT) > 0) {
			throw new IllegalArgumentException("The time to wait for the answers of other nodes must be between 0s and "
					+ Durations.format(LONGEST_WAIT) + ", but was " + Durations.format(wait)
					+ ". Give for example '500ms'.");
		}
	}

	private static void checkRange(String property, Duration value, Duration least, Duration most) {
		if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
			throw invalid(property, Durations.format(value), "The duration must be between " + Durations.format(least)
					+ " and " + Durations.format(most) + ". Give a number and a unit, for example '500ms' or '2s'.");
		}
	}

	private static InvalidConfigurationPropertyValueException invalid(String property, Object value, String problem) {
		return new InvalidConfigurationPropertyValueException(GROUP + property, value, problem);
	}

	/** Without the secret. */
	@Override
	public String toString() {
		return "CancelScopeClusterProperties[enabled=" + this.enabled + ", secret="
				+ ((this.secret != null) ? HIDDEN : "none") + ", group=" + this.group + ", node=" + this.node + "]";
	}

}
