package io.cancelscope.spring;

import java.util.Locale;

/**
 * One property of a map whose keys are names of scopes.
 *
 * @param key the key: a name, a pattern of names, or what an environment variable makes
 * of a name
 * @param value the value, as it was written
 * @param relaxed whether the key is from an environment variable, which keeps neither
 * case nor punctuation
 * @param precedence the place of its property source; lower ones win
 * @param property the property or variable as its source names it
 */
record ScopeSetting(String key, String value, boolean relaxed, int precedence, String property) {

	/** Returns all that an environment variable can keep of a name. */
	static String relaxed(String name) {
		StringBuilder kept = new StringBuilder(name.length());
		name.codePoints().filter(Character::isLetterOrDigit).forEach(kept::appendCodePoint);
		return kept.toString().toLowerCase(Locale.ROOT);
	}

	/** Returns how the property of a name is written in a file. */
	static String property(String group, String name) {
		String root = "cancel-scope." + group;
		return name.matches("[\\p{Alnum}.-]+") ? root + "." + name : root + "[" + name + "]";
	}

	@Override
	public String toString() {
		return this.property + "=" + this.value;
	}

}
