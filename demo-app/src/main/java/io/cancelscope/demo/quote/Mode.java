package io.cancelscope.demo.quote;

import java.util.Arrays;

import io.cancelscope.demo.problem.Problems;
import org.jspecify.annotations.Nullable;

/**
 * What to do when not all suppliers answer in time.
 */
enum Mode {

	/** Answer with what came. */
	BEST("best"),

	/** Stop as soon as one fails, and answer with nothing. */
	ALL_OR_NOTHING("all-or-nothing");

	private final String word;

	Mode(String word) {
		this.word = word;
	}

	@Override
	public String toString() {
		return this.word;
	}

	static Mode parse(@Nullable String text) {
		return (text == null) ? BEST
				: Arrays.stream(values())
					.filter((mode) -> mode.word.equals(text))
					.findFirst()
					.orElseThrow(() -> Problems.badRequest("Unknown mode",
							Problems.quote(text) + " is no mode. The modes are best and all-or-nothing."));
	}

}
