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
 * Values that features store for scopes while these are open. References to scopes are
 * weak: if a scope becomes unreachable without having been closed, its value is removed.
 * A value must therefore not refer to its scope. For features. Thread-safe.
 *
 * @param <V> the type of the values
 */
public final class ScopeMap<V> {

	private final Map<Key, V> values = new ConcurrentHashMap<>();

	private final ReferenceQueue<CancelScope> forgotten = new ReferenceQueue<>();

	/**
	 * Stores a value for a scope.
	 * @param scope the scope
	 * @param value the value, which must not refer to the scope
	 */
	public void put(CancelScope scope, V value) {
		dropForgotten();
		this.values.put(new Held(scope, this.forgotten), value);
	}

	/**
	 * Returns the value for a scope.
	 * @param scope the scope
	 * @return the value, or {@code null}
	 */
	public @Nullable V get(CancelScope scope) {
		return this.values.get(new Sought(scope));
	}

	/**
	 * Removes the value for a scope.
	 * @param scope the scope
	 * @return the removed value, or {@code null}
	 */
	public @Nullable V remove(CancelScope scope) {
		return this.values.remove(new Sought(scope));
	}

	/**
	 * Returns the number of scopes with a value.
	 * @return the number of scopes
	 */
	public int size() {
		dropForgotten();
		return this.values.size();
	}

	/**
	 * Calls an action for each scope. Other threads can add and remove scopes meanwhile.
	 * @param action the action
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
