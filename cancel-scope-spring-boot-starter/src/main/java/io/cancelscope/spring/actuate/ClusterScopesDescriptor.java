package io.cancelscope.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

import io.cancelscope.Durations;
import io.cancelscope.spring.ScopeCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Description of the open scopes of all nodes in a response of the endpoint.
 *
 * @param total the number of open scopes on the nodes that answered
 * @param shown the number of scopes in this response
 * @param nodes the nodes that answered, this one first
 * @param cluster {@code reached}, {@code unreached}, or {@code off} if other nodes are
 * not asked
 */
public record ClusterScopesDescriptor(int total, int shown, List<NodeDescriptor> nodes,
		String cluster) implements OperationResponseBody {

	static ClusterScopesDescriptor of(ScopeCommands.Listing listing) {
		Instant now = Instant.now();
		List<NodeDescriptor> nodes = listing.nodes()
			.stream()
			.map((node) -> new NodeDescriptor(node.node(), node.total(),
					node.scopes().stream().map((scope) -> RemoteScopeDescriptor.of(scope, now)).toList()))
			.toList();
		return new ClusterScopesDescriptor(nodes.stream().mapToInt(NodeDescriptor::total).sum(),
				nodes.stream().mapToInt((node) -> node.scopes().size()).sum(), nodes, listing.cluster());
	}

	/**
	 * Description of the open scopes of a node.
	 *
	 * @param node the name of the node
	 * @param total the number of open scopes
	 * @param scopes some of these scopes, the oldest first
	 */
	public record NodeDescriptor(String node, int total, List<RemoteScopeDescriptor> scopes) {

	}

	/**
	 * Description of an open scope of a node.
	 *
	 * @param id the id of the scope in later requests
	 * @param name the name of the scope
	 * @param key the key of the scope, if it has one
	 * @param opened when it was opened
	 * @param remaining the remaining budget, if it has one
	 * @param state {@code open} or {@code cancelled}
	 */
	public record RemoteScopeDescriptor(String id, String name, @Nullable String key, @Nullable Instant opened,
			@Nullable String remaining, String state) {

		private static RemoteScopeDescriptor of(ScopeCommands.Scope scope, Instant now) {
			Duration elapsed = scope.elapsed();
			Duration remaining = scope.remaining();
			return new RemoteScopeDescriptor(scope.id(), scope.name(), scope.key(),
					(elapsed != null) ? now.minus(elapsed) : null,
					(remaining != null) ? Durations.format(remaining.truncatedTo(ChronoUnit.MILLIS)) : null,
					scope.cancelled() ? "cancelled" : "open");
		}

	}

}
