package io.cancelscope.site;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Resolves the links between pages, and to files of the project.
 */
final class Links {

	private static final String PICTURES = "png|svg|jpg|gif|ico";

	private final Path root;

	private final Map<Path, Page> pages;

	Links(Path root, Map<Path, Page> pages) {
		this.root = root;
		this.pages = pages;
	}

	OfPage of(Page page) {
		return new OfPage(page);
	}

	/** The file of the site that shows a file of the project. */
	static Path htmlOf(Path file) {
		String name = Objects.toString(file.getFileName());
		String html = name.endsWith(".md") ? name.substring(0, name.length() - 3) + ".html" : name + ".html";
		return file.resolveSibling(html);
	}

	/** Whether a file is shown as a page with its text, and not as it is. */
	static boolean isShownAsText(Path file) {
		return !file.toString().matches(".*\\.(" + PICTURES + ")");
	}

	/** How a file of the site is reached from another. */
	static String relative(Path from, Path to) {
		Path folder = from.getParent();
		Path path = (folder != null) ? folder.relativize(to) : to;
		return path.toString().replace('\\', '/');
	}

	/**
	 * The links of one page.
	 */
	final class OfPage {

		private final Page page;

		private final List<String> problems = new ArrayList<>();

		private final TreeSet<Path> assets = new TreeSet<>();

		OfPage(Page page) {
			this.page = page;
		}

		/** Links that lead nowhere. */
		List<String> problems() {
			return this.problems;
		}

		/** Files and folders of the project that are linked to, but are no pages. */
		TreeSet<Path> assets() {
			return this.assets;
		}

		String href(String destination) {
			if (destination.matches("(https?|mailto):.*")) {
				return destination;
			}
			int hash = destination.indexOf('#');
			String path = (hash >= 0) ? destination.substring(0, hash) : destination;
			String anchor = (hash >= 0) ? destination.substring(hash + 1) : "";
			if (path.isEmpty()) {
				checkAnchor(this.page, anchor, destination);
				return destination;
			}
			Path file = this.page.file().resolveSibling(decoded(path)).normalize();
			return hrefTo(file, anchor, destination);
		}

		/** The link to a file that is named from the root of the project. */
		String hrefFromRoot(String path) {
			return hrefTo(Path.of(path), "", path);
		}

		private String hrefTo(Path file, String anchor, String destination) {
			Page linked = Links.this.pages.get(file);
			if (linked != null) {
				checkAnchor(linked, anchor, destination);
				return place(linked.htmlFile()) + (anchor.isEmpty() ? "" : "#" + anchor);
			}
			Path existing = Links.this.root.resolve(file).normalize();
			if (!existing.startsWith(Links.this.root) || !Files.exists(existing)) {
				this.problems.add(this.page.file() + " links to " + destination + ", which is not there");
				return destination;
			}
			this.assets.add(file);
			if (Files.isDirectory(existing)) {
				return place(file.resolve("index.html"));
			}
			return place(isShownAsText(file) ? htmlOf(file) : file);
		}

		private String place(Path to) {
			return relative(this.page.htmlFile(), to);
		}

		private void checkAnchor(Page linked, String anchor, String destination) {
			if (!anchor.isEmpty() && !linked.anchors().containsValue(decoded(anchor))) {
				this.problems
					.add(this.page.file() + " links to " + destination + ", and that page has no such heading");
			}
		}

		private static String decoded(String text) {
			return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
		}

	}

}
