package io.cancelscope.spring.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.cancelscope.spring.ScopeCommands;

/**
 * The answers to one command that have come so far. Bounded, whatever is sent. Guarded by
 * itself; no other code is called under that lock.
 */
final class PendingAnswers {

	private static final int MOST_NODES = 1_000;

	/** So many scopes of one node are kept, whatever it sends. */
	private static final int MOST_SCOPES = 10_000;

	private final long self;

	/** The number of nodes; zero if it is not known. */
	private final int expected;

	private final Map<Long, Counts> counts = new HashMap<>();

	private final Map<Long, ListedNode> listed = new LinkedHashMap<>();

	private boolean published;

	private boolean returned;

	PendingAnswers(long self, int expected) {
		this.self = self;
		this.expected = expected;
	}

	/** The transport has taken the message. */
	synchronized void published() {
		this.published = true;
	}

	/** The message has come back to the node that sent it. */
	synchronized void returned() {
		this.returned = true;
	}

	/** Adds the answer of a node; a second one of the same node does not count. */
	synchronized void add(long node, Counts answer) {
		if (this.counts.size() < MOST_NODES) {
			this.counts.putIfAbsent(node, answer);
		}
	}

	/** Adds a part of the list of a node. */
	synchronized void add(long node, String name, int total, int part, int parts, List<ScopeCommands.Scope> scopes) {
		ListedNode known = this.listed.get(node);
		if (known == null && this.listed.size() < MOST_NODES) {
			known = new ListedNode(name, total, parts);
			this.listed.put(node, known);
		}
		if (known != null && known.missing.remove(part) && known.scopes.size() < MOST_SCOPES) {
			known.scopes.addAll(scopes);
		}
	}

	/** Whether all nodes have answered. */
	synchronized boolean isComplete() {
		long answered = this.counts.size()
				+ this.listed.values().stream().filter((node) -> node.missing.isEmpty()).count();
		return this.expected > 0 && answered >= this.expected && wasReached();
	}

	/** An answer from another node proves it, too. */
	synchronized boolean wasReached() {
		return this.published && (this.returned || this.counts.keySet().stream().anyMatch((node) -> node != this.self)
				|| this.listed.keySet().stream().anyMatch((node) -> node != this.self));
	}

	synchronized boolean wasPublished() {
		return this.published;
	}

	synchronized ClusterResult result(ClusterResult.Cluster cluster) {
		int cancelled = 0;
		int already = 0;
		int refused = 0;
		for (Counts each : this.counts.values()) {
			cancelled += each.cancelled();
			already += each.already();
			refused += each.refused();
		}
		return new ClusterResult(this.counts.size(), cancelled, already, refused, cluster);
	}

	/** The scopes of all nodes, this one first. */
	synchronized List<ScopeCommands.Node> nodes() {
		List<ScopeCommands.Node> nodes = new ArrayList<>();
		this.listed.forEach((node, known) -> nodes.add((node == this.self) ? 0 : nodes.size(),
				new ScopeCommands.Node(known.name, known.total, List.copyOf(known.scopes))));
		return nodes;
	}

	private static final class ListedNode {

		private final String name;

		private final int total;

		private final Set<Integer> missing = new TreeSet<>();

		private final List<ScopeCommands.Scope> scopes = new ArrayList<>();

		ListedNode(String name, int total, int parts) {
			this.name = name;
			this.total = total;
			for (int part = 0; part < parts; part++) {
				this.missing.add(part);
			}
		}

	}

}
