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

	private final int most;

	private final Function<String, V> factory;

	private final Map<String, V> values = new ConcurrentHashMap<>();

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
		V known = this.values.get(name);
		if (known != null) {
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

	/**
	 * Returns all values.
	 * @return the values by name; a copy
	 */
	public Map<String, V> all() {
		return Map.copyOf(this.values);
	}

}
