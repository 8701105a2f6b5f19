package io.cancelscope.spring;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.cancelscope.LogText;
import io.cancelscope.spring.CancelScopeProperties.Mode;
import org.jspecify.annotations.Nullable;

/**
 * Budgets and modes that are changed at run time, as they are at one moment. They take
 * precedence over what is configured. Of a change for one name and one for all names, the
 * later one counts. For features. Immutable.
 */
public final class ChangedSettings {

	static final ChangedSettings NONE = new ChangedSettings(Pair.EMPTY, Map.of());

	/** For all names. */
	private final Pair all;

	private final Map<String, Pair> names;

	private ChangedSettings(Pair all, Map<String, Pair> names) {
		this.all = all;
		this.names = names;
	}

	/**
	 * Returns the budget that a change sets for the scopes of a name.
	 * @param name the name of the scope
	 * @return the budget and who has changed it, or {@code null} if it is not changed
	 */
	public @Nullable ScopeBudget budgetOf(String name) {
		Entry<Duration> entry = later(pairOf(name).timeout, this.all.timeout);
		return (entry != null) ? new ScopeBudget(entry.value, entry.source()) : null;
	}

	/**
	 * Returns the mode that a change sets for the scopes of a name.
	 * @param name the name of the scope
	 * @return the mode, or {@code null} if it is not changed
	 */
	public @Nullable Mode modeOf(String name) {
		Entry<Mode> entry = later(pairOf(name).mode, this.all.mode);
		return (entry != null) ? entry.value : null;
	}

	/**
	 * Returns the names with a change of their own.
	 * @return the names, sorted
	 */
	public Set<String> names() {
		return new TreeSet<>(this.names.keySet());
	}

	/**
	 * Returns the change of one name.
	 * @param name the name, or {@code null} for the change of all names
	 * @return the change, or {@code null} if there is none
	 */
	public @Nullable BudgetChange changeOf(@Nullable String name) {
		return ((name != null) ? pairOf(name) : this.all).shown();
	}

	/** Keys are cleaned as names of scopes are. */
	private Pair pairOf(String name) {
		return this.names.isEmpty() ? Pair.EMPTY : this.names.getOrDefault(LogText.of(name), Pair.EMPTY);
	}

	private static <T> @Nullable Entry<T> later(@Nullable Entry<T> one, @Nullable Entry<T> other) {
		return (one == null || (other != null && other.order > one.order)) ? other : one;
	}

	boolean isEmpty() {
		return this.all.isEmpty() && this.names.isEmpty();
	}

	int size() {
		return this.names.size();
	}

	boolean has(String name) {
		return this.names.containsKey(name);
	}

	/** Returns what is changed for a name, {@code null} for all names. */
	Pair get(@Nullable String name) {
		return (name != null) ? this.names.getOrDefault(name, Pair.EMPTY) : this.all;
	}

	/** Returns these with another pair for a name, {@code null} for all names. */
	ChangedSettings with(@Nullable String name, Pair pair) {
		if (name == null) {
			return new ChangedSettings(pair, this.names);
		}
		Map<String, Pair> names = new HashMap<>(this.names);
		if (pair.isEmpty()) {
			names.remove(name);
		}
		else {
			names.put(name, pair);
		}
		return new ChangedSettings(this.all, names);
	}

	/**
	 * What is changed for the same scopes.
	 *
	 * @param timeout the budget, or {@code null}
	 * @param mode the mode, or {@code null}
	 */
	record Pair(@Nullable Entry<Duration> timeout, @Nullable Entry<Mode> mode) {

		static final Pair EMPTY = new Pair(null, null);

		boolean isEmpty() {
			return this.timeout == null && this.mode == null;
		}

		/** Returns this one, with the entries of another where that has some. */
		Pair with(Pair other) {
			return new Pair((other.timeout != null) ? other.timeout : this.timeout,
					(other.mode != null) ? other.mode : this.mode);
		}

		/** Returns this one without the entries of another that are still here. */
		Pair without(Pair other) {
			return new Pair((this.timeout == other.timeout) ? null : this.timeout,
					(this.mode == other.mode) ? null : this.mode);
		}

		private @Nullable BudgetChange shown() {
			Entry<?> last = (this.mode == null || (this.timeout != null && this.timeout.order > this.mode.order))
					? this.timeout : this.mode;
			if (last == null) {
				return null;
			}
			return new BudgetChange((this.timeout != null) ? this.timeout.value : null,
					(this.mode != null) ? this.mode.value : null, last.by, last.since,
					earlier((this.timeout != null) ? this.timeout.until : null,
							(this.mode != null) ? this.mode.until : null),
					last.everywhere);
		}

		private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
			return (one == null || (other != null && other.isBefore(one))) ? other : one;
		}

	}

	/**
	 * A changed value.
	 *
	 * @param value the value
	 * @param by who has changed it, or {@code null}
	 * @param since when
	 * @param until when the change ends, or {@code null}
	 * @param order later changes have a higher one
	 * @param everywhere whether all nodes have it
	 */
	record Entry<T>(T value, @Nullable String by, Instant since, @Nullable Instant until, long order,
			boolean everywhere) {

		String source() {
			return BudgetChange.source(this.by);
		}

	}

}
