package io.cancelscope;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

import io.cancelscope.TreeModel.Node;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one {@link RandomTreeRun}. No two are the same, so that order is
 * defined, but for ties with an ancestor.
 */
final class RandomInstants {

	private final TreeModel tree;

	private final Random random;

	private final long clockStart;

	private final Set<Long> taken = new HashSet<>();

	private final Set<Long> shared = new HashSet<>();

	RandomInstants(TreeModel tree, Random random, long clockStart) {
		this.tree = tree;
		this.random = random;
		this.clockStart = clockStart;
	}

	/** An instant of its own, or now and then the one of a scope around. */
	long next(@Nullable Node around) {
		if (around != null && this.random.nextInt(5) == 0) {
			for (Node at = around; at != null; at = at.parent) {
				Long deadline = at.deadline();
				if (deadline != null && this.taken.contains(deadline) && this.shared.add(deadline)) {
					return deadline;
				}
			}
		}
		long instant = this.tree.now() + this.random.nextInt(1000) - 100;
		// One reading of the clock stands for "no deadline" and is rounded away.
		while (this.clockStart + instant == Long.MIN_VALUE || !this.taken.add(instant)) {
			instant++;
		}
		return instant;
	}

	boolean isTaken(long instant) {
		return this.taken.contains(instant);
	}

}
