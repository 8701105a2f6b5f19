package io.cancelscope.spring;

import java.util.Collection;
import java.util.List;

/**
 * Names of scopes that a part of the application opens. At start-up, keys of
 * {@code cancel-scope.timeouts} and {@code cancel-scope.modes} that fit no known name are
 * logged as warnings. The names of annotated methods and of requests are known. Code that
 * opens scopes by itself makes theirs known by a bean of this type:
 * {@code ScopeNames.of("import", "seats")}.
 * <p>
 * Beans are called at most once, when all singletons have been created, and only if there
 * is a key that has not been used yet.
 */
@FunctionalInterface
public interface ScopeNames {

	/**
	 * Returns the names.
	 * @return the names that are known at start-up, each as scopes have it
	 */
	Collection<String> names();

	/**
	 * Returns whether scopes may be opened that are not among the known names and have
	 * the name that a key stands for.
	 * @param key the name, or a pattern of names
	 * @return whether to say nothing about the key; the default is {@code false}
	 */
	default boolean mayOpen(String key) {
		return false;
	}

	/**
	 * Returns names that are fixed.
	 * @param names the names
	 * @return a bean that returns them
	 */
	static ScopeNames of(String... names) {
		List<String> copy = List.of(names);
		return () -> copy;
	}

}
