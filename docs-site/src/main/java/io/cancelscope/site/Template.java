package io.cancelscope.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import org.commonmark.node.Heading;
import org.jspecify.annotations.Nullable;

/**
 * Puts around each page what all have: title, navigation, search.
 */
final class Template {

	private final String version;

	private final String frame = resource("page.html");

	Template(String version) {
		this.version = version;
	}

	/** A file of this module. */
	static String resource(String name) {
		try (InputStream in = Template.class.getResourceAsStream("/site/" + name)) {
			if (in == null) {
				throw new IllegalStateException("There is no resource /site/" + name + ".");
			}
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalStateException("The resource /site/" + name + " can't be read.", ex);
		}
	}

	String page(Page page, String html, Navigation navigation) {
		return fill(page.htmlFile(), page.title(), html, contents(page), beside(page, navigation), page, navigation);
	}

	/** A file of the project, shown as it is. */
	String source(Path file, String text, Navigation navigation) {
		String title = String.valueOf(file.getFileName());
		return fill(
				Links.htmlOf(file), title, "<h1>" + escaped(title) + "</h1>\n<p>" + escaped(slashes(file))
						+ "</p>\n<pre tabindex=\"0\"><code>" + escaped(text) + "</code></pre>",
				"", "", null, navigation);
	}

	/** A folder of the project, with links to what is shown of it. */
	String folder(Path folder, List<Path> children, Navigation navigation) {
		StringBuilder html = new StringBuilder("<h1>" + escaped(slashes(folder)) + "</h1>\n<ul>\n");
		for (Path child : children) {
			String name = child.toString();
			boolean isFile = name.contains(".");
			Path place = Links.isShownAsText(child) ? Links.htmlOf(child) : child;
			html.append("<li>")
				.append(isFile ? "<a href=\"" + escaped(place.toString()) + "\">" + escaped(name) + "</a>"
						: escaped(name))
				.append("</li>\n");
		}
		return fill(folder.resolve("index.html"), slashes(folder), html + "</ul>", "", "", null, navigation);
	}

	private String fill(Path place, String title, String html, String contents, String beside, @Nullable Page page,
			Navigation navigation) {
		String root = "../".repeat(place.getNameCount() - 1);
		return this.frame.replace("{{title}}", escaped(title))
			.replace("{{version}}", escaped(this.version))
			.replace("{{root}}", root)
			.replace("{{navigation}}", navigation(place, page, navigation))
			.replace("{{contents}}", contents)
			.replace("{{beside}}", beside)
			.replace("{{page}}", html);
	}

	private static String navigation(Path place, @Nullable Page page, Navigation navigation) {
		StringBuilder html = new StringBuilder();
		for (Navigation.Group group : navigation.groups()) {
			if (group.entries().isEmpty()) {
				continue;
			}
			html.append("<h2>").append(escaped(group.title())).append("</h2>\n<ul>\n");
			for (Navigation.Entry entry : group.entries()) {
				html.append("<li><a href=\"")
					.append(escaped(Links.relative(place, entry.page().htmlFile())))
					.append('"')
					.append(entry.page().equals(page) ? " aria-current=\"page\"" : "")
					.append('>')
					.append(escaped(entry.text()))
					.append("</a></li>\n");
			}
			html.append("</ul>\n");
		}
		return html.toString();
	}

	private static String contents(Page page) {
		List<Heading> sections = page.sections();
		if (sections.size() < 2) {
			return "";
		}
		StringBuilder html = new StringBuilder(
				"<nav class=\"contents\" aria-label=\"On this page\"><h2>On this page</h2>\n<ul>\n");
		for (Heading section : sections) {
			html.append("<li><a href=\"#")
				.append(escaped(String.valueOf(page.anchors().get(section))))
				.append("\">")
				.append(escaped(Page.text(section)))
				.append("</a></li>\n");
		}
		return html.append("</ul></nav>").toString();
	}

	private static String beside(Page page, Navigation navigation) {
		return link(page, navigation.beside(page, -1), "previous", "Previous: ")
				+ link(page, navigation.beside(page, 1), "next", "Next: ");
	}

	private static String link(Page from, @Nullable Page to, String kind, String prefix) {
		return (to == null) ? ""
				: "<a rel=\"" + ("next".equals(kind) ? "next" : "prev") + "\" class=\"" + kind + "\" href=\""
						+ escaped(Links.relative(from.htmlFile(), to.htmlFile())) + "\">" + prefix + escaped(to.title())
						+ "</a>";
	}

	private static String slashes(Path path) {
		return path.toString().replace('\\', '/');
	}

	static String escaped(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
	}

}
