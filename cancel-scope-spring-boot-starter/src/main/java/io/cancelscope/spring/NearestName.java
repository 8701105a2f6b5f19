package io.cancelscope.spring;

import java.util.Collection;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Finds what somebody meant who wrote a name that there is not.
 */
public final class NearestName {

	private NearestName() {
	}

	/**
	 * Returns the name that takes the fewest changes of single characters. Case counts
	 * less than anything else.
	 * @param wrong the name that was written
	 * @param known the names there are
	 * @return the nearest, or {@code null} if each is more different than like
	 */
	public static @Nullable String to(String wrong, Collection<String> known) {
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
