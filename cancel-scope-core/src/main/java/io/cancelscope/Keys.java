package io.cancelscope;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The open scopes that have a key. Weakly, so that one which was never closed is not kept
 * for ever. A scope without a key never comes here.
 * <p>
 * The scopes of one key are a list whose elements are their own nodes, since any number
 * may share a key. It is changed only inside the map's {@code compute}, which one thread
 * at a time runs for a key.
 */
final class Keys {

	private final Map<String, Entry> firsts = new ConcurrentHashMap<>();

	private final ReferenceQueue<TreeScope> forgotten = new ReferenceQueue<>();

	/** Is told of each scope that opens with a key; null where there is none. */
	private final @Nullable Consumer<? super CancelScope> listener;

	Keys(@Nullable Consumer<? super CancelScope> listener) {
		this.listener = listener;
	}

	/** Called before any other code can have seen the scope. */
	Entry opened(TreeScope scope, String key) {
		for (Reference<?> gone = this.forgotten.poll(); gone != null; gone = this.forgotten.poll()) {
			closed((Entry) gone);
		}
		Entry entry = new Entry(scope, key, this);
		this.firsts.compute(key, (same, first) -> {
			entry.after = first;
			if (first != null) {
				first.before = entry;
			}
			entry.listed = true;
			return entry;
		});
		return entry;
	}

	/**
	 * Tells the listener. Order: after the scope can be found, so that of a listener that
	 * looks for what is wanted of a key, and a thread that wants something of that key
	 * and then looks for its scopes, one finds the other.
	 */
	void tellOpened(TreeScope scope) {
		Consumer<? super CancelScope> listener = this.listener;
		if (listener != null) {
			Foreign.run(() -> listener.accept(scope), () -> Foreign.complaint(scope));
		}
	}

	private void closed(Entry entry) {
		this.firsts.computeIfPresent(entry.key, (same, first) -> removed(first, entry));
	}

	private static @Nullable Entry removed(Entry first, Entry entry) {
		if (!entry.listed) {
			return first;
		}
		entry.listed = false;
		Entry before = entry.before;
		Entry after = entry.after;
		entry.before = null;
		entry.after = null;
		if (after != null) {
			after.before = before;
		}
		if (before == null) {
			return after;
		}
		before.after = after;
		return first;
	}

	/** Those that are open with this key, the latest first. */
	List<CancelScope> find(String key) {
		if (!this.firsts.containsKey(key)) {
			return List.of();
		}
		List<CancelScope> found = new ArrayList<>(1);
		this.firsts.computeIfPresent(key, (same, first) -> {
			for (Entry at = first; at != null; at = at.after) {
				TreeScope scope = at.get();
				if (scope != null && !scope.isOver()) {
					found.add(scope);
				}
			}
			return first;
		});
		return found;
	}

	boolean isEmpty() {
		return this.firsts.isEmpty();
	}

	/** One of them. */
	static final class Entry extends WeakReference<TreeScope> {

		private final String key;

		private final Keys keys;

		/** Guarded by the map's lock for the key, like all below. */
		private @Nullable Entry before;

		private @Nullable Entry after;

		private boolean listed;

		private Entry(TreeScope scope, String key, Keys keys) {
			super(scope, keys.forgotten);
			this.key = key;
			this.keys = keys;
		}

		void closed() {
			this.keys.closed(this);
		}

	}

}
