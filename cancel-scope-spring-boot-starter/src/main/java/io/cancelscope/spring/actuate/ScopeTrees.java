package io.cancelscope.spring.actuate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import io.cancelscope.CancelScope;
import io.cancelscope.ScopeDetails;
import io.cancelscope.spring.LiveScopes;
import org.jspecify.annotations.Nullable;

/**
 * The live scopes at one moment, put together to trees. Nothing here recurses along them.
 */
final class ScopeTrees {

	/** Deeper ones are left out of a tree: writers of JSON give up at some depth. */
	static final int DEEPEST = 100;

	private static final Comparator<Tree> OLDEST_FIRST = Comparator.comparing(Tree::age).reversed();

	private final Map<CancelScope, Tree> trees = new IdentityHashMap<>();

	private final List<Tree> roots = new ArrayList<>();

	ScopeTrees(LiveScopes live) {
		live.forEach(
				(scope, id) -> this.trees.put(scope, new Tree(scope, () -> live.show(scope, id), scope.details())));
		for (Tree tree : this.trees.values()) {
			tree.parent = nearestLive(tree.details.parent());
			((tree.parent != null) ? tree.parent.children : this.roots).add(tree);
		}
	}

	/** Scopes of another {@code CancelScopes} are not known here, and may lie between. */
	private @Nullable Tree nearestLive(@Nullable CancelScope from) {
		for (CancelScope at = from; at != null; at = at.details().parent()) {
			Tree known = this.trees.get(at);
			if (known != null) {
				return known;
			}
		}
		return null;
	}

	int size() {
		return this.trees.size();
	}

	List<Tree> roots() {
		this.roots.sort(OLDEST_FIRST);
		return this.roots;
	}

	@Nullable Tree tree(CancelScope scope) {
		return this.trees.get(scope);
	}

	/** The first so many, level by level, older ones first; with the depth of each. */
	static void firstOf(List<Tree> roots, int limit, int deepest, BiConsumer<Tree, Integer> action) {
		Deque<Step> steps = new ArrayDeque<>();
		roots.stream().limit(limit).forEach((root) -> steps.add(new Step(root, 0)));
		int left = limit;
		for (Step step = steps.poll(); step != null && left > 0; step = steps.poll()) {
			action.accept(step.tree, step.depth);
			left--;
			if (step.depth < deepest) {
				int depth = step.depth + 1;
				step.tree.children.sort(OLDEST_FIRST);
				step.tree.children.stream().limit(left).forEach((child) -> steps.add(new Step(child, depth)));
			}
		}
	}

	private record Step(Tree tree, int depth) {

	}

	/** A scope and those directly below it. */
	static final class Tree {

		final CancelScope scope;

		private final Supplier<String> id;

		final ScopeDetails details;

		final List<Tree> children = new ArrayList<>(0);

		@Nullable Tree parent;

		Tree(CancelScope scope, Supplier<String> id, ScopeDetails details) {
			this.scope = scope;
			this.id = id;
			this.details = details;
		}

		/** Drawn only for what is shown. */
		String id() {
			return this.id.get();
		}

		private long age() {
			return (this.details.elapsed() != null) ? this.details.elapsed().toNanos() : 0;
		}

	}

}
