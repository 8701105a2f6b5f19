package io.cancelscope.spring;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

import io.cancelscope.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * What features keep for scopes from when they are opened until they are closed. Weakly:
 * a scope that is forgotten without having been closed goes, and what is kept for it goes
 * with it; so a value must not hold its scope. For features, and safe for use by many
 * threads.
 *
 * @param <V> what is kept for a scope
 */
public final class ScopeMap<V> {

	private final Map<Key, V> values = new ConcurrentHashMap<>();

	private final ReferenceQueue<CancelScope> forgotten = new ReferenceQueue<>();

	/**
	 * Keeps something for a scope.
	 * @param scope the scope
	 * @param value what to keep; it must not hold the scope
	 */
	public void put(CancelScope scope, V value) {
		dropForgotten();
		this.values.put(new Held(scope, this.forgotten), value);
	}

	/**
	 * Returns what is kept for a scope.
	 * @param scope the scope
	 * @return what is kept for it, or {@code null}
	 */
	public @Nullable V get(CancelScope scope) {
		return this.values.get(new Sought(scope));
	}

	/**
	 * Keeps nothing more for a scope.
	 * @param scope the scope
	 * @return what was kept for it, or {@code null}
	 */
	public @Nullable V remove(CancelScope scope) {
		return this.values.remove(new Sought(scope));
	}

	/**
	 * Returns for how many scopes something is kept.
	 * @return the number of scopes
	 */
	public int size() {
		dropForgotten();
		return this.values.size();
	}

	/**
	 * Does something with each scope, while others may come and go.
	 * @param action what to do
	 */
	public void forEach(BiConsumer<? super CancelScope, ? super V> action) {
		this.values.forEach((key, value) -> {
			CancelScope scope = key.scope();
			if (scope != null) {
				action.accept(scope, value);
			}
		});
	}

	private void dropForgotten() {
		for (Reference<?> gone = this.forgotten.poll(); gone != null; gone = this.forgotten.poll()) {
			if (gone instanceof Held held) {
				this.values.remove(held);
			}
		}
	}

	/** Equal for the same scope, whether it is held or sought. */
	private sealed interface Key {

		@Nullable CancelScope scope();

		static boolean areEqual(Key one, Object other) {
			CancelScope scope = one.scope();
			return one == other || (scope != null && other instanceof Key key && key.scope() == scope);
		}

	}

	private static final class Held extends WeakReference<CancelScope> implements Key {

		private final int hash;

		Held(@Nullable CancelScope scope, ReferenceQueue<CancelScope> forgotten) {
			super(scope, forgotten);
			this.hash = System.identityHashCode(scope);
		}

		@Override
		public @Nullable CancelScope scope() {
			return get();
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other != null && Key.areEqual(this, other);
		}

		@Override
		public int hashCode() {
			return this.hash;
		}

	}

	/** Costs no weak reference. */
	private record Sought(CancelScope scope) implements Key {

		@Override
		public boolean equals(@Nullable Object other) {
			return other != null && Key.areEqual(this, other);
		}

		@Override
		public int hashCode() {
			return System.identityHashCode(this.scope);
		}

	}

}
