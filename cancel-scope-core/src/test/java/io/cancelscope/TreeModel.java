package io.cancelscope;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import io.cancelscope.CancelReason.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the tree once more, in the plainest way: everything is pushed, at once, in
 * the order of time, and nothing is clever. The answers of {@link ScopeNode}, and the
 * callbacks and waits that a cancellation wakes, are compared with this. It shares no
 * code with it.
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
	Node open(String name, @Nullable Node around, boolean shield, boolean bubble, @Nullable Long deadline) {
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

	/** Ends carried work: what it registered and what moved up since is dropped. */
	void end(Work work) {
		work.over = true;
		this.nodes.forEach((node) -> node.sleepers.removeIf((each) -> each.isLeftTo(work)));
	}

	/** Takes a callback back, or ends a wait that has nothing to wait for any more. */
	void takeBack(TreeSleeper sleeper) {
		this.nodes.forEach((node) -> node.sleepers.remove(sleeper));
	}

	/** R4: how many scopes may have an alarm set, at most. */
	long alarmsAllowed() {
		return this.nodes.stream().filter(Node::mayHaveAlarm).count();
	}

	/** One scope of the model. */
	final class Node {

		final String name;

		final @Nullable Node parent;

		private final boolean shield;

		private final boolean bubbles;

		private final List<Node> children = new ArrayList<>();

		private final List<TreeSleeper> sleepers = new ArrayList<>();

		private @Nullable Long deadline;

		private @Nullable Reason reason;

		private boolean closed;

		private Node(String name, @Nullable Node parent, boolean shield, boolean bubble) {
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
				this.sleepers.forEach((sleeper) -> sleeper.wake(from));
				this.sleepers.clear();
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
		private void moveDeadline(@Nullable Long instant) {
			this.deadline = (instant != null) ? (Long) Math.max(instant, TreeModel.this.now) : null;
		}

		/** R16: what belongs to work that goes on moves up, the rest is dropped. */
		void close() {
			List<TreeSleeper> left = new ArrayList<>(this.sleepers);
			this.sleepers.clear();
			this.closed = true;
			Node above = serving();
			for (TreeSleeper sleeper : left) {
				if (above != null && sleeper.outlivesItsScope()) {
					sleeper.moveUp();
					above.sleepers.add(sleeper);
				}
			}
		}

		/** Carried work begins in this scope. */
		Work begin() {
			return new Work(this);
		}

		/**
		 * Registers a callback.
		 * @param work the carried work that registers it, or {@code null} for the opener
		 */
		TreeSleeper onCancel(@Nullable Work work) {
			return enter(new TreeSleeper(false, work));
		}

		/** Begins to wait for something, or to sleep. */
		TreeSleeper await() {
			return enter(new TreeSleeper(true, null));
		}

		private TreeSleeper enter(TreeSleeper sleeper) {
			Node serving = serving();
			if (serving != null && serving.reason != null) {
				sleeper.wake(serving.reason);
			}
			else if (serving != null) {
				serving.sleepers.add(sleeper);
			}
			return sleeper;
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

		@Nullable Long deadline() {
			return this.deadline;
		}

		// Where it stands

		/** Closed without having been cancelled: transparent from then on. */
		boolean isReleased() {
			return this.closed && this.reason == null;
		}

		/** The scope that work inside this one belongs to by now, if any. */
		@Nullable Node serving() {
			Node at = this;
			while (at != null && at.isReleased()) {
				at = at.shield ? null : at.parent;
			}
			return at;
		}

		/** Whether this is open and not cancelled, and so is one above that it sees. */
		boolean hasOpenParent() {
			return !this.closed && this.reason == null && !this.shield && this.parent != null
					&& this.parent.serving() != null;
		}

		/** Where a cancellation climbs to: a shield stops it only once it is released. */
		private @Nullable Node nextUp() {
			return (this.parent != null) ? this.parent.serving() : null;
		}

		private boolean canExpire() {
			return !this.closed && this.reason == null && this.deadline != null;
		}

		/**
		 * An alarm watches a deadline only for something that can't ask: in this scope or
		 * below it, or for a bubbling scope above.
		 */
		private boolean mayHaveAlarm() {
			boolean climbs = this.parent != null && this.parent.bubbles;
			return !this.closed && this.deadline != null && (climbs || (this.reason == null && hasSomethingToWake()));
		}

		private boolean hasSomethingToWake() {
			return !this.sleepers.isEmpty()
					|| this.children.stream().anyMatch((child) -> !child.shield && child.hasSomethingToWake());
		}

		private int depth() {
			return (this.parent != null) ? this.parent.depth() + 1 : 0;
		}

	}

	/** Carried work: an attachment or a wrapped run. */
	static final class Work {

		final Node scope;

		private boolean over;

		private Work(Node scope) {
			this.scope = scope;
		}

		boolean isOver() {
			return this.over;
		}

	}

}
