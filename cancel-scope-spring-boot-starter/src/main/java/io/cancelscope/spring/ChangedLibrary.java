package io.cancelscope.spring;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Reports that the internals of a library differ from what a feature assumes, because its
 * version is not one of the tested versions. For the features of the starter.
 * Thread-safe.
 */
public final class ChangedLibrary {

	private static final OneLineLog logger = OneLineLog.of(ChangedLibrary.class);

	/** Kept by the classes themselves, as many as there are assumptions. */
	private static final ClassValue<Set<String>> reported = new ClassValue<>() {

		@Override
		protected Set<String> computeValue(Class<?> type) {
			return ConcurrentHashMap.newKeySet();
		}

	};

	private ChangedLibrary() {
	}

	/**
	 * Logs a warning, once for each class and assumption.
	 * @param type a class of the library
	 * @param assumption the missing element, such as {@code "a field 'pool'"}
	 * @param consequence the consequence, as a clause
	 */
	public static void report(Class<?> type, String assumption, String consequence) {
		if (reported.get(type).add(assumption)) {
			logger.warn(type.getName() + version(type) + " does not have " + assumption + ": " + consequence
					+ ". Use a version of the library that cancel-scope was tested with, or upgrade cancel-scope.");
		}
	}

	private static String version(Class<?> type) {
		Package library = type.getPackage();
		@Nullable String version = (library != null) ? library.getImplementationVersion() : null;
		return (version != null) ? " (version " + version + ")" : "";
	}

}
