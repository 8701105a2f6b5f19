package io.cancelscope;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import io.cancelscope.CancelReason.Kind;

/**
 * The rules of the tree once more, in the plainest way: everything is pushed, at once, in
 * the order of time, and nothing is clever. What {@link ScopeNode} answers is compared
 * with this. It shares no code with it.
 */
final class TreeModel {

	record Reason(Kind kind, String origin) {
	}

	private final List<Node> nodes = new ArrayList<>();

	private long now;

	long now() {
		return this.now;
	}

	/** Opens a scope inside another one, or inside none. */
	Node open(String name, Node around, boolean shield, boolean bubble, Long deadline) {
		Node node = new Node(name, (around != null) ? around.serving() : null, shield, bubble);
		this.nodes.add(node);
		if (node.parent != null) {
			node.parent.children.add(node);
			if (!shield && node.parent.reason != null) {
				node.reason = node.parent.reason;
			}
		}
		node.moveDeadline(deadline);
		expireWhatIsDue();
		return node;
	}

	/** Lets time pass; what expires on the way does so in the order of the deadlines. */
	void advance(long nanos) {
		long target = this.now + nanos;
		while (true) {
			Optional<Node> next = this.nodes.stream()
				.filter((node) -> node.canExpire() && node.deadline <= target)
				.min(Comparator.comparing((Node node) -> node.deadline).thenComparing(Node::depth));
			if (next.isEmpty()) {
				break;
			}
			this.now = next.get().deadline;
			next.get().cancel(Kind.DEADLINE);
		}
		this.now = target;
	}

	private void expireWhatIsDue() {
		advance(0);
	}

	/** One scope of the model. */
	final class Node {

		final String name;

		final Node parent;

		private final boolean shield;

		private final boolean bubbles;

		private final List<Node> children = new ArrayList<>();

		private List<Heard> callbacks = new ArrayList<>();

		private Long deadline;

		private Reason reason;

		private boolean closed;

		private Node(String name, Node parent, boolean shield, boolean bubble) {
			this.name = name;
			this.parent = parent;
			this.shield = shield;
			this.bubbles = bubble || (parent != null && parent.bubbles);
		}

		// What happens to it

		boolean cancel(Kind kind) {
			if (this.closed || this.reason != null) {
				return false;
			}
			Reason begun = new Reason(kind, this.name);
			reach(begun);
			for (Node up = nextUp(); up != null && up.bubbles && up.reason == null; up = up.nextUp()) {
				up.reach(begun);
			}
			return true;
		}

		/** Cancels this scope and all below it that can see it. */
		private void reach(Reason from) {
			if (!this.closed) {
				this.reason = from;
				this.callbacks.forEach((callback) -> callback.reason = from);
				this.callbacks.clear();
			}
			for (Node child : this.children) {
				if (!child.shield && child.reason == null) {
					child.reach(from);
				}
			}
		}

		boolean reschedule(long instant) {
			if (this.closed || this.reason != null) {
				return false;
			}
			moveDeadline(instant);
			expireWhatIsDue();
			return true;
		}

		/** Nothing expires before it was set: one in the past counts from now. */
		private void moveDeadline(Long instant) {
			this.deadline = (instant != null) ? (Long) Math.max(instant, TreeModel.this.now) : null;
		}

		void close() {
			this.closed = true;
			this.callbacks = new ArrayList<>();
		}

		Heard onCancel() {
			Heard heard = new Heard();
			Node serving = serving();
			if (serving != null && serving.reason != null) {
				heard.reason = serving.reason;
			}
			else if (serving != null) {
				serving.callbacks.add(heard);
			}
			return heard;
		}

		// What it answers

		Optional<Reason> reason() {
			Node serving = serving();
			return (serving != null) ? Optional.ofNullable(serving.reason) : Optional.empty();
		}

		/** What is left, zero once cancelled, empty without a deadline. */
		Optional<Long> remaining() {
			if (reason().isPresent()) {
				return Optional.of(0L);
			}
			Optional<Long> earliest = Optional.empty();
			for (Node at = this; at != null; at = at.shield ? null : at.parent) {
				if (!at.isReleased() && at.deadline != null) {
					earliest = Optional.of(Math.min(at.deadline, earliest.orElse(Long.MAX_VALUE)));
				}
			}
			return earliest.map((instant) -> instant - TreeModel.this.now);
		}

		Long deadline() {
			return this.deadline;
		}

		boolean isClosed() {
			return this.closed;
		}

		// Where it stands

		/** Closed without having been cancelled: transparent from then on. */
		private boolean isReleased() {
			return this.closed && this.reason == null;
		}

		/** The scope that work inside this one belongs to by now, if any. */
		private Node serving() {
			Node at = this;
			while (at != null && at.isReleased()) {
				at = at.shield ? null : at.parent;
			}
			return at;
		}

		private Node nextUp() {
			Node at = this.parent;
			while (at != null && at.isReleased()) {
				at = at.parent;
			}
			return at;
		}

		private boolean canExpire() {
			return !this.closed && this.reason == null && this.deadline != null;
		}

		private int depth() {
			return (this.parent != null) ? this.parent.depth() + 1 : 0;
		}

	}

	/** What a callback was told, if it was told anything. */
	static final class Heard {

		private Reason reason;

		Reason reason() {
			return this.reason;
		}

	}

}
