package io.cancelscope.spring;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Values that features store by the name of a scope, such as meters. Names can come from
 * outside the application, so their number is limited. Further names share one value
 * under the name {@value #OTHERS}. For features. Thread-safe.
 *
 * @param <V> the type of the values
 */
public final class BoundedNames<V> {

	/** The name under which further names share a value. */
	public static final String OTHERS = "others";

	/** A power of two. */
	private static final int RECENT = 64;

	private final int most;

	private final Function<String, V> factory;

	private final Map<String, V> values = new ConcurrentHashMap<>();

	/**
	 * What was found lately, by the hash of its name: the names of scopes are mostly the
	 * same few objects, and comparing references is quicker than the map. Plain, since an
	 * entry is immutable, and one that is not there is looked up.
	 */
	private final @Nullable Known<V>[] recent = recent();

	/** Set once there is room for no more names. */
	private volatile @Nullable V others;

	/**
	 * Creates an empty instance.
	 * @param most the highest number of names, not counting {@value #OTHERS}
	 * @param factory creates the value for a name
	 */
	public BoundedNames(int most, Function<String, V> factory) {
		this.most = most;
		this.factory = factory;
	}

	/**
	 * Returns the value for a name, and creates it on the first call.
	 * @param name the name of a scope
	 * @return the value for the name, or the shared one
	 */
	public V get(String name) {
		int index = name.hashCode() & (RECENT - 1);
		Known<V> recent = this.recent[index];
		if (recent != null && recent.name == name) {
			return recent.value;
		}
		V known = this.values.get(name);
		if (known != null) {
			this.recent[index] = new Known<>(name, known);
			return known;
		}
		V others = this.others;
		return (others != null) ? others : add(name);
	}

	/** Only a name that may become the last one comes here, so the limit is exact. */
	private synchronized V add(String name) {
		V known = this.values.get(name);
		if (known != null) {
			return known;
		}
		if (this.values.size() < this.most) {
			return this.values.computeIfAbsent(name, this.factory);
		}
		V others = this.values.computeIfAbsent(OTHERS, this.factory);
		this.others = others;
		return others;
	}

	@SuppressWarnings({ "unchecked", "rawtypes" })
	private static <V> @Nullable Known<V>[] recent() {
		return new Known[RECENT];
	}

	/**
	 * Returns all values.
	 * @return the values by name; a copy
	 */
	public Map<String, V> all() {
		return Map.copyOf(this.values);
	}

	private record Known<V>(String name, V value) {

	}

}
