package io.cancelscope.spring;

import java.util.Collection;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Finds the existing name that is most similar to an unknown one, for suggestions in
 * messages.
 */
final class NearestName {

	private NearestName() {
	}

	/**
	 * Returns the name with the fewest differing characters. A difference in case counts
	 * less than any other.
	 * @param wrong the unknown name
	 * @param known the existing names
	 * @return the most similar name, or {@code null} if all names are too different
	 */
	static @Nullable String to(String wrong, Collection<String> known) {
		return within(wrong.length() / 2, wrong, known);
	}

	/**
	 * Returns the nearest name within some distance.
	 * @param most how many characters may differ
	 * @param wrong the name that was written
	 * @param known the names there are
	 * @return the nearest, or {@code null} if none is that near
	 */
	static @Nullable String within(int most, String wrong, Collection<String> known) {
		String nearest = null;
		int least = most + 1;
		for (String name : known) {
			if (Math.abs(name.length() - wrong.length()) < least) {
				int distance = distance(wrong.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
				if (distance < least) {
					least = distance;
					nearest = name;
				}
			}
		}
		return nearest;
	}

	/** Levenshtein's, with two rows. */
	private static int distance(String one, String other) {
		int[] above = new int[other.length() + 1];
		for (int j = 0; j <= other.length(); j++) {
			above[j] = j;
		}
		for (int i = 1; i <= one.length(); i++) {
			int[] row = new int[other.length() + 1];
			row[0] = i;
			for (int j = 1; j <= other.length(); j++) {
				int replaced = above[j - 1] + ((one.charAt(i - 1) == other.charAt(j - 1)) ? 0 : 1);
				row[j] = Math.min(replaced, Math.min(above[j], row[j - 1]) + 1);
			}
			above = row;
		}
		return above[other.length()];
	}

}
