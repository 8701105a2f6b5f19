package io.cancelscope.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Writes the site. Pages keep their places below the root, so that their links to each
 * other stay as they are, but for the end of their names.
 */
public final class Site {

	/** The page that lists all pages; its lists are the navigation. */
	static final Path MAP = Path.of("docs", "README.md");

	private static final Path HOME = Path.of("README.md");

	private final Path root;

	private final Path target;

	private final Template template;

	/** The pages by their files, which are relative to the root. */
	private final Map<Path, Page> pages = new LinkedHashMap<>();

	private final List<String> problems = new ArrayList<>();

	Site(Path root, Path target, String version) {
		this.root = root.toAbsolutePath().normalize();
		this.target = target.toAbsolutePath().normalize();
		this.template = new Template(version);
	}

	/**
	 * Renders the site.
	 * @param arguments the folder of the project, the folder of the site, and the version
	 * that is documented
	 * @throws IOException if a file can't be read or written
	 */
	public static void main(String[] arguments) throws IOException {
		if (arguments.length != 3) {
			throw new IllegalArgumentException("Needs three arguments: the folder of the project, the folder of the"
					+ " site, and the version. There are " + arguments.length + ".");
		}
		Site site = new Site(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2]);
		List<String> problems = site.write();
		if (!problems.isEmpty()) {
			throw new IllegalStateException(
					"The documentation has " + problems.size() + " dead ends:\n  " + String.join("\n  ", problems));
		}
	}

	/**
	 * Writes all pages.
	 * @return what is wrong with them: links that lead nowhere, pages that nothing lists
	 */
	List<String> write() throws IOException {
		for (Path file : new Sources(this.root).pages()) {
			this.pages.put(file, Page.read(this.root, file));
		}
		Page map = this.pages.get(MAP);
		if (map == null) {
			throw new IllegalStateException("There is no " + MAP + ": the navigation is made of its lists.");
		}
		Navigation navigation = Navigation.of(map, this.pages);
		for (Path unlisted : navigation.unlisted(this.pages.keySet())) {
			this.problems.add(unlisted + " is in no list of " + MAP);
		}
		Links links = new Links(this.root, this.pages);
		TreeSet<Path> assets = new TreeSet<>();
		for (Page page : this.pages.values()) {
			Links.OfPage own = links.of(page);
			String html = page.html(own);
			this.problems.addAll(own.problems());
			assets.addAll(own.assets());
			write(page.htmlFile(), this.template.page(page, html, navigation));
			if (page.file().equals(HOME)) {
				write(Path.of("index.html"), this.template.page(page, html, navigation));
			}
		}
		for (Path asset : assets) {
			copy(asset, navigation);
		}
		write(Path.of("search-index.js"), new SearchIndex(this.pages.values()).script());
		for (String name : List.of("site.css", "site.js")) {
			write(Path.of(name), Template.resource(name));
		}
		return List.copyOf(this.problems);
	}

	/**
	 * Sources become pages, pictures stay pictures, folders a list of what is in them.
	 */
	private void copy(Path asset, Navigation navigation) throws IOException {
		Path from = this.root.resolve(asset);
		if (Files.isDirectory(from)) {
			write(asset.resolve("index.html"), this.template.folder(asset, Sources.listed(from), navigation));
			for (Path child : Sources.listed(from)) {
				Path inside = asset.resolve(child);
				if (!child.toString().endsWith(".md") && !Files.isDirectory(from.resolve(child))) {
					copy(inside, navigation);
				}
			}
		}
		else if (Links.isShownAsText(asset)) {
			write(Links.htmlOf(asset), this.template.source(asset, Files.readString(from), navigation));
		}
		else {
			Path to = this.target.resolve(asset);
			Files.createDirectories(to.getParent());
			Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
		}
	}

	private void write(Path file, String text) throws IOException {
		Path to = this.target.resolve(file);
		Files.createDirectories(to.getParent());
		Files.writeString(to, text);
	}

}
