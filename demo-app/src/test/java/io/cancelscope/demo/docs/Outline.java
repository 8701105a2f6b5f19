package io.cancelscope.demo.docs;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a page consists of, apart from its code.
 *
 * @param prose the text, without blocks of code and comments
 * @param opening the text before the first block of code; all of it if there is none
 */
record Outline(String prose, String opening) {

	private static final Pattern FENCED = Pattern.compile("(?ms)^ *```.*?^ *```$");

	private static final Pattern COMMENT = Pattern.compile("(?s)<!--.*?-->");

	private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.*)$");

	private static final Pattern LINK = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");

	private static final Pattern ANCHORED = Pattern.compile("]\\((?!https?:)([^)#\\s]*)#([^)\\s]+)\\)");

	private static final Pattern LISTED = Pattern.compile("(?m)^- \\[[^]]*]\\(([^)#\\s]+)\\)");

	private static final int SCREENS_LINES = 60;

	private static final int SCREENS_WORDS = 400;

	static Outline of(String markdown) {
		String text = COMMENT.matcher(markdown.replace("\r\n", "\n")).replaceAll("");
		String[] parts = FENCED.split(text);
		return new Outline(String.join("", parts), parts[0]);
	}

	/** The anchors of the headings, as code hosts make them. */
	Set<String> anchors() {
		Set<String> anchors = new LinkedHashSet<>();
		Map<String, Integer> used = new HashMap<>();
		HEADING.matcher(this.prose).results().forEach((heading) -> {
			String slug = LINK.matcher(heading.group(1).strip())
				.replaceAll("$1")
				.toLowerCase(Locale.ROOT)
				.replaceAll("[^\\p{L}\\p{N}\\p{M}\\p{Pc} -]", "")
				.replace(' ', '-');
			int times = used.merge(slug, 1, Integer::sum);
			anchors.add((times == 1) ? slug : slug + "-" + (times - 1));
		});
		return anchors;
	}

	/** The links that name a heading. */
	List<Link> anchored() {
		return ANCHORED.matcher(this.prose).results().map((link) -> new Link(link.group(1), link.group(2))).toList();
	}

	/** The pages that lists begin with. */
	Set<String> listed() {
		return LISTED.matcher(this.prose).results().map((item) -> item.group(1)).collect(Collectors.toSet());
	}

	/** Whether a reader sees code within two screens. */
	boolean showsCodeSoon() {
		return this.opening.lines().count() <= SCREENS_LINES
				&& this.opening.strip().split("\\s+").length <= SCREENS_WORDS;
	}

	/**
	 * A link to a heading.
	 *
	 * @param file the page, empty for the same one
	 * @param anchor the heading
	 */
	record Link(String file, String anchor) {
	}

}
