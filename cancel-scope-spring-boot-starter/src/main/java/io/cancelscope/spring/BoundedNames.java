package io.cancelscope.spring;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * What features keep by the name of a scope, such as meters. Names may come from outside
 * the program, so there is a limit: what comes after it is kept together under the name
 * {@value #OTHERS}. For features, and safe for use by many threads.
 *
 * @param <V> what is kept for a name
 */
public final class BoundedNames<V> {

	/** The name of all those that came too late to have one of their own. */
	public static final String OTHERS = "others";

	private final int most;

	private final Function<String, V> factory;

	private final Map<String, V> values = new ConcurrentHashMap<>();

	/** Set once there is room for no more names. */
	private volatile @Nullable V others;

	/**
	 * Creates one that keeps nothing yet.
	 * @param most how many names there are at most, apart from {@value #OTHERS}
	 * @param factory makes what is kept for a name
	 */
	public BoundedNames(int most, Function<String, V> factory) {
		this.most = most;
		this.factory = factory;
	}

	/**
	 * Returns what is kept for a name, and makes it where that is the first time.
	 * @param name the name of a scope
	 * @return what is kept for it, or for all others
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
	 * Returns all that is kept so far.
	 * @return what is kept, by name; a copy
	 */
	public Map<String, V> all() {
		return Map.copyOf(this.values);
	}

}
