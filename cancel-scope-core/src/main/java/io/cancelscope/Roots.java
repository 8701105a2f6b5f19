package io.cancelscope;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * The open scopes that have no parent, so that all there is can be cancelled. Weakly, so
 * that one which was never closed is not kept for ever.
 */
final class Roots {

	private final Set<Root> open = ConcurrentHashMap.newKeySet();

	private final ReferenceQueue<ScopeNode> forgotten = new ReferenceQueue<>();

	/** How many threads wait; who closes a scope takes the monitor for them alone. */
	private final AtomicInteger waiting = new AtomicInteger();

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

	/**
	 * Waits until those that are cancelled by now have closed.
	 * @return how many have not
	 */
	int awaitClosed(long nanos) throws InterruptedException {
		long start = System.nanoTime();
		List<Root> cancelled = this.open.stream().filter(Root::isCancelled).toList();
		this.waiting.incrementAndGet();
		try {
			for (Root root : cancelled) {
				awaitClosed(root, start, nanos);
			}
		}
		finally {
			this.waiting.decrementAndGet();
		}
		return (int) cancelled.stream().filter(this::isOpen).count();
	}

	private synchronized void awaitClosed(Root root, long start, long nanos) throws InterruptedException {
		while (isOpen(root)) {
			long left = nanos - (System.nanoTime() - start);
			if (left <= 0) {
				return;
			}
			TimeUnit.NANOSECONDS.timedWait(this, left);
		}
	}

	private boolean isOpen(Root root) {
		return root.get() != null && this.open.contains(root);
	}

	private void closed(Root root) {
		this.open.remove(root);
		// Read after the removal: who waits has counted itself before it looks.
		if (this.waiting.get() > 0) {
			synchronized (this) {
				notifyAll();
			}
		}
	}

	/** One of them. */
	static final class Root extends WeakReference<ScopeNode> {

		private final Roots roots;

		private Root(@Nullable ScopeNode scope, Roots roots) {
			super(scope, roots.forgotten);
			this.roots = roots;
		}

		void closed() {
			this.roots.closed(this);
		}

		private boolean isCancelled() {
			ScopeNode scope = get();
			return scope != null && scope.isCancelled();
		}

	}

}
