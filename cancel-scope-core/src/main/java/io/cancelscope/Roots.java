package io.cancelscope;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * The open scopes that have no parent, so that all there is can be cancelled. Weakly, so
 * that one which was never closed is not kept for ever. In several lists, whose elements
 * are their own nodes: to open and to close costs a short lock that hardly anybody
 * shares.
 */
final class Roots {

	/** A power of two. */
	private static final int STRIPES = 32;

	private final Stripe[] stripes = new Stripe[STRIPES];

	private final ReferenceQueue<TreeScope> forgotten = new ReferenceQueue<>();

	/** How many threads wait; who closes a scope takes the monitor for them alone. */
	private final AtomicInteger waiting = new AtomicInteger();

	Roots() {
		Arrays.setAll(this.stripes, (i) -> new Stripe());
	}

	/** Those that are remembered, or an exception that says they aren't. */
	static Roots required(@Nullable Roots roots) {
		if (roots == null) {
			throw new IllegalStateException(Messages.NOT_REMEMBERED);
		}
		return roots;
	}

	Root opened(TreeScope scope) {
		for (Reference<?> gone = this.forgotten.poll(); gone != null; gone = this.forgotten.poll()) {
			((Root) gone).stripe.remove((Root) gone);
		}
		Stripe stripe = this.stripes[(int) Thread.currentThread().getId() & (STRIPES - 1)];
		Root root = new Root(scope, this, stripe);
		stripe.add(root);
		return root;
	}

	private List<Root> open() {
		List<Root> open = new ArrayList<>();
		for (Stripe stripe : this.stripes) {
			stripe.addAllTo(open);
		}
		return open;
	}

	/**
	 * Cancels each of them, and with it what is below: all of them first, and then what
	 * is to be stopped and told, so that none waits for the callbacks of another.
	 * @return how many this call cancelled
	 */
	int cancel(CancelReason.Kind kind, String message) {
		int cancelled = 0;
		Delivery delivery = new Delivery();
		for (Root root : open()) {
			TreeScope scope = root.get();
			if (scope != null && scope.begin(kind, message, null, delivery)) {
				cancelled++;
			}
		}
		delivery.runHere();
		return cancelled;
	}

	/**
	 * Cancels some scopes, and leaves what is to be stopped and told to the executor.
	 * @return how many this call cancelled
	 */
	static int cancel(Collection<? extends CancelScope> scopes, CancelReason.Kind kind, String message, Setup setup) {
		List<TreeScope> some = new ArrayList<>(scopes.size());
		for (CancelScope scope : scopes) {
			if (!(scope instanceof TreeScope tree)) {
				throw new IllegalStateException(Messages.ROOT_IS_NOT_CANCELLED);
			}
			some.add(tree);
		}
		int cancelled = 0;
		Delivery delivery = new Delivery();
		for (TreeScope scope : some) {
			if (scope.begin(kind, message, null, delivery)) {
				cancelled++;
			}
		}
		delivery.runOn(setup);
		return cancelled;
	}

	/**
	 * Waits until those that are cancelled by now have closed.
	 * @return how many have not
	 */
	int awaitClosed(long nanos) throws InterruptedException {
		long start = System.nanoTime();
		List<Root> cancelled = open().stream().filter(Root::isCancelled).toList();
		this.waiting.incrementAndGet();
		try {
			for (Root root : cancelled) {
				awaitClosed(root, start, nanos);
			}
		}
		finally {
			this.waiting.decrementAndGet();
		}
		return (int) cancelled.stream().filter(Root::isOpen).count();
	}

	private synchronized void awaitClosed(Root root, long start, long nanos) throws InterruptedException {
		while (root.isOpen()) {
			long left = nanos - (System.nanoTime() - start);
			if (left <= 0) {
				return;
			}
			TimeUnit.NANOSECONDS.timedWait(this, left);
		}
	}

	private void closed(Root root) {
		root.stripe.remove(root);
		// Read after the removal: who waits has counted itself before it looks.
		if (this.waiting.get() > 0) {
			synchronized (this) {
				notifyAll();
			}
		}
	}

	/** One of the lists. */
	private static final class Stripe {

		/** How often the place of the first is used before it is renewed. */
		private static final int RENEW_EVERY = 1 << 14;

		/**
		 * One slot. It is renewed now and then while it is empty: G1 makes each store
		 * into an old object expensive, a fifth of what it takes to remember a scope.
		 */
		private @Nullable Root[] first = new Root[1];

		private int used;

		synchronized void add(Root root) {
			Root first = this.first[0];
			root.after = first;
			if (first != null) {
				first.before = root;
			}
			else if ((++this.used & RENEW_EVERY - 1) == 0) {
				this.first = new Root[1];
			}
			this.first[0] = root;
			root.listed = true;
		}

		synchronized void remove(Root root) {
			if (!root.listed) {
				return;
			}
			Root before = root.before;
			Root after = root.after;
			if (before != null) {
				before.after = after;
			}
			else {
				this.first[0] = after;
			}
			if (after != null) {
				after.before = before;
			}
			root.before = null;
			root.after = null;
			root.listed = false;
		}

		synchronized void addAllTo(List<Root> roots) {
			for (Root at = this.first[0]; at != null; at = at.after) {
				roots.add(at);
			}
		}

	}

	/** One of them. */
	static final class Root extends WeakReference<TreeScope> {

		private final Roots roots;

		private final Stripe stripe;

		/** Guarded by the monitor of the stripe, like all below. */
		private @Nullable Root before;

		private @Nullable Root after;

		private boolean listed;

		private Root(@Nullable TreeScope scope, Roots roots, Stripe stripe) {
			super(scope, roots.forgotten);
			this.roots = roots;
			this.stripe = stripe;
		}

		void closed() {
			this.roots.closed(this);
		}

		boolean isOpen() {
			synchronized (this.stripe) {
				return this.listed && get() != null;
			}
		}

		private boolean isCancelled() {
			TreeScope scope = get();
			return scope != null && scope.isCancelled();
		}

	}

}
