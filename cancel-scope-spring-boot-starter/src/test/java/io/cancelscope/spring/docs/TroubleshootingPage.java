package io.cancelscope.spring.docs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The entries of {@code docs/operations/troubleshooting.md}: each has a heading, and
 * where that is a message, an example of the whole message below it.
 */
record TroubleshootingPage(List<Entry> entries) {

	private static final Pattern SECTION = Pattern.compile("^## (.*)$");

	private static final Pattern HEADING = Pattern.compile("^### (.*)$");

	private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

	static TroubleshootingPage of(String page) {
		List<Entry> entries = new ArrayList<>();
		String section = "";
		String heading = null;
		List<String> below = new ArrayList<>();
		for (String line : (page + "\n## \n").lines().toList()) {
			Matcher newSection = SECTION.matcher(line);
			Matcher newHeading = HEADING.matcher(line);
			if (!newSection.matches() && !newHeading.matches()) {
				below.add(line);
				continue;
			}
			if (heading != null) {
				entries.add(new Entry(section, heading, List.copyOf(below)));
			}
			below.clear();
			heading = newHeading.matches() ? newHeading.group(1) : null;
			section = newSection.matches() ? newSection.group(1) : section;
		}
		return new TroubleshootingPage(entries);
	}

	/** Whether a heading is the beginning of a message that is shown below it. */
	boolean has(MessageText text) {
		return this.entries.stream()
			.anyMatch((entry) -> entry.isMessage() && entry.messages()
				.stream()
				.anyMatch((message) -> text.fits(message) && entry.beginsWithHeading(message)));
	}

	/**
	 * A heading and what is below it.
	 */
	record Entry(String section, String heading, List<String> below) {

		boolean isMessage() {
			return QUOTED.matcher(this.heading).matches();
		}

		String quoted() {
			Matcher quoted = QUOTED.matcher(this.heading);
			return quoted.find() ? quoted.group(1) : "";
		}

		/** The blocks of text, each as one line. */
		List<String> messages() {
			List<String> messages = new ArrayList<>();
			List<String> lines = null;
			for (String line : this.below) {
				if (line.equals("```text")) {
					lines = new ArrayList<>();
				}
				else if (line.equals("```") && lines != null) {
					messages.add(lines.stream().map(String::strip).collect(Collectors.joining(" ")));
					lines = null;
				}
				else if (lines != null) {
					lines.add(line);
				}
			}
			return messages;
		}

		boolean beginsWithHeading(String message) {
			String beginning = Arrays.stream(quoted().split("…", -1))
				.map(Pattern::quote)
				.collect(Collectors.joining(".*"));
			return Pattern.compile(beginning + ".*").matcher(message).matches();
		}

		/** What the heading quotes, between the gaps. */
		List<String> fragments() {
			return isMessage() ? Arrays.stream(quoted().split("…"))
				.map((fragment) -> fragment.replaceAll("^\\W+|\\W+$", ""))
				.filter((fragment) -> fragment.length() > 5)
				.toList() : List.of();
		}

	}

}
