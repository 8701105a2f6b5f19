package io.cancelscope.spring;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Names of scopes that a part of the application opens. At start-up, the starter logs a
 * warning for each key of {@code cancel-scope.timeouts}, {@code cancel-scope.modes} and
 * {@code cancel-scope.requires} that fits no known name. The names of annotated methods
 * and of requests are known. For scopes that other code opens, declare a bean of this
 * type: {@code ScopeNames.of("import", "seats")}.
 * <p>
 * Beans are called at most once, after all singletons have been created, and only if a
 * key has not been used yet.
 */
@FunctionalInterface
public interface ScopeNames {

	/**
	 * Returns the names.
	 * @return the names that are known at start-up, as the scopes have them
	 */
	Collection<String> names();

	/**
	 * Returns whether the application can open scopes that match a key and are not among
	 * the known names.
	 * @param key the name, or a pattern of names
	 * @return whether to omit the warning for the key; default: {@code false}
	 */
	default boolean mayOpen(String key) {
		return false;
	}

	/**
	 * Returns whether the code that opens these scopes reads
	 * {@code cancel-scope.requires}, and leaves work undone that the remaining budget is
	 * too short for. Annotated methods, requests and gRPC calls do.
	 * @return whether a key of {@code cancel-scope.requires} has an effect for these
	 * names; default: {@code false}
	 */
	default boolean canRequire() {
		return false;
	}

	/**
	 * Returns the budget that the application itself sets for the scopes of a name, apart
	 * from {@code cancel-scope.timeouts}. Shown by the endpoint {@code cancelbudgets}.
	 * @param name the name of the scope
	 * @return the budget, or {@code null} if it is not known or there is none; default:
	 * {@code null}
	 */
	default @Nullable ScopeBudget budgetOf(String name) {
		return null;
	}

	/**
	 * Returns the longest budget that the application itself sets for scopes of any of
	 * these names. Called once, after all singletons have been created, and by the
	 * endpoint {@code cancelbudgets}.
	 * @return the budget, or {@code null} if it is not known or there is none; default:
	 * {@code null}
	 */
	default @Nullable ScopeBudget longestBudget() {
		return null;
	}

	/**
	 * Returns a bean with a fixed set of names.
	 * @param names the names
	 * @return the bean
	 */
	static ScopeNames of(String... names) {
		List<String> copy = List.of(names);
		return () -> copy;
	}

}
