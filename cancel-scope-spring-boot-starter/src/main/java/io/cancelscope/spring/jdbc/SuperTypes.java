package io.cancelscope.spring.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * Looks for types that may not be there by their names.
 */
final class SuperTypes {

	private SuperTypes() {
	}

	/**
	 * Finds a class or interface that a class is, extends or implements.
	 * @return the type with that name, or {@code null}
	 */
	static @Nullable Class<?> find(@Nullable Class<?> type, String name) {
		if (type == null || type.getName().equals(name)) {
			return type;
		}
		for (Class<?> above : type.getInterfaces()) {
			Class<?> found = find(above, name);
			if (found != null) {
				return found;
			}
		}
		return find(type.getSuperclass(), name);
	}

}
