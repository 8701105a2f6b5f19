package io.cancelscope;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * The open scopes that have no parent, so that all there is can be cancelled. Weakly, so
 * that one which was never closed is not kept for ever.
 */
final class Roots {

	private final Set<Root> open = ConcurrentHashMap.newKeySet();

	private final ReferenceQueue<ScopeNode> forgotten = new ReferenceQueue<>();

	Root opened(ScopeNode scope) {
		for (Reference<?> gone = this.forgotten.poll(); gone != null; gone = this.forgotten.poll()) {
			this.open.remove(gone);
		}
		Root root = new Root(scope, this);
		this.open.add(root);
		return root;
	}

	/**
	 * Cancels each of them, and with it what is below.
	 * @return how many this call cancelled
	 */
	int cancel(CancelReason.Kind kind, String message) {
		int cancelled = 0;
		for (Root root : this.open) {
			ScopeNode scope = root.get();
			if (scope != null && scope.cancel(kind, message, null)) {
				cancelled++;
			}
		}
		return cancelled;
	}

	/** One of them. */
	static final class Root extends WeakReference<ScopeNode> {

		private final Roots roots;

		private Root(@Nullable ScopeNode scope, Roots roots) {
			super(scope, roots.forgotten);
			this.roots = roots;
		}

		void closed() {
			this.roots.open.remove(this);
		}

	}

}
