package io.cancelscope.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/**
 * One page.
 *
 * @param file its Markdown, relative to the root
 * @param document the same, parsed
 * @param anchors what links into the page can name, by heading
 */
record Page(Path file, Node document, Map<Heading, String> anchors) {

	private static final List<TablesExtension> EXTENSIONS = List.of((TablesExtension) TablesExtension.create());

	static Page read(Path root, Path file) throws IOException {
		return parse(file, Files.readString(root.resolve(file)));
	}

	static Page parse(Path file, String markdown) {
		Node document = Parser.builder().extensions(EXTENSIONS).build().parse(markdown);
		return new Page(file, document, anchors(document));
	}

	/** The anchors are those that code hosts make, so that links work there, too. */
	private static Map<Heading, String> anchors(Node document) {
		Map<Heading, String> anchors = new LinkedHashMap<>();
		Map<String, Integer> used = new LinkedHashMap<>();
		document.accept(new AbstractVisitor() {

			@Override
			public void visit(Heading heading) {
				String slug = text(heading).toLowerCase(Locale.ROOT)
					.replaceAll("[^\\p{L}\\p{N}\\p{M}\\p{Pc} -]", "")
					.replace(' ', '-');
				int times = used.merge(slug, 1, Integer::sum);
				anchors.put(heading, (times == 1) ? slug : slug + "-" + (times - 1));
			}

		});
		return anchors;
	}

	/** The text of a part, without its markup. */
	static String text(Node node) {
		StringBuilder text = new StringBuilder();
		node.accept(new AbstractVisitor() {

			@Override
			public void visit(Text part) {
				text.append(part.getLiteral());
			}

			@Override
			public void visit(Code part) {
				text.append(part.getLiteral());
			}

			@Override
			public void visit(SoftLineBreak part) {
				text.append(' ');
			}

			@Override
			public void visit(HardLineBreak part) {
				text.append(' ');
			}

		});
		return text.toString();
	}

	/** The first heading. */
	String title() {
		return this.anchors.keySet().stream().findFirst().map(Page::text).orElse(this.file.toString());
	}

	/** The sections of the page, for its own table of contents. */
	List<Heading> sections() {
		return new ArrayList<>(this.anchors.keySet().stream().filter((heading) -> heading.getLevel() == 2).toList());
	}

	Path htmlFile() {
		return Links.htmlOf(this.file);
	}

	String html(Links.OfPage links) {
		return HtmlRenderer.builder()
			.extensions(EXTENSIONS)
			.attributeProviderFactory((context) -> new Attributes(this, links))
			.nodeRendererFactory((context) -> new CodeRenderer(context, links))
			.build()
			.render(this.document);
	}

}
