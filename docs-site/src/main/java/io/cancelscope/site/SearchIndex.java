package io.cancelscope.site;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Block;
import org.commonmark.node.CustomNode;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;

/**
 * The text of all sections, as a script: a browser that reads the site from a folder may
 * load scripts, but no data.
 */
final class SearchIndex {

	private final List<String> sections = new ArrayList<>();

	SearchIndex(Collection<Page> pages) {
		pages.forEach(this::add);
	}

	private void add(Page page) {
		String anchor = "";
		String heading = page.title();
		StringBuilder text = new StringBuilder();
		for (Node node = page.document().getFirstChild(); node != null; node = node.getNext()) {
			if (node instanceof Heading next) {
				add(page, anchor, heading, text);
				heading = Page.text(next);
				anchor = page.anchors().getOrDefault(next, "");
				text.setLength(0);
			}
			else {
				text.append(allText(node)).append(' ');
			}
		}
		add(page, anchor, heading, text);
	}

	private void add(Page page, String anchor, String heading, StringBuilder text) {
		if (!text.toString().isBlank()) {
			String url = page.htmlFile().toString().replace('\\', '/') + (anchor.isEmpty() ? "" : "#" + anchor);
			this.sections.add("[" + quoted(url) + "," + quoted(page.title()) + "," + quoted(heading) + ","
					+ quoted(text.toString().strip().replaceAll("\\s+", " ")) + "]");
		}
	}

	/** With code and the cells of tables, each apart from the next. */
	private static String allText(Node node) {
		StringBuilder text = new StringBuilder();
		node.accept(new AbstractVisitor() {

			@Override
			public void visit(FencedCodeBlock code) {
				text.append(code.getLiteral()).append(' ');
			}

			@Override
			protected void visitChildren(Node parent) {
				if (parent.getFirstChild() != null && !isBlock(parent.getFirstChild())) {
					text.append(Page.text(parent)).append(' ');
				}
				else {
					super.visitChildren(parent);
				}
			}

		});
		return text.toString();
	}

	/** The parts of a table are no blocks to the parser, but are not text either. */
	private static boolean isBlock(Node node) {
		return node instanceof Block || node instanceof CustomNode;
	}

	/** As a literal of JavaScript that can't end the script around it. */
	static String quoted(String text) {
		StringBuilder quoted = new StringBuilder("\"");
		for (char c : text.toCharArray()) {
			if (c == '"' || c == '\\') {
				quoted.append('\\').append(c);
			}
			else if (c < ' ' || c == '<' || c == '\u2028' || c == '\u2029') {
				quoted.append(String.format("\\u%04x", (int) c));
			}
			else {
				quoted.append(c);
			}
		}
		return quoted.append('"').toString();
	}

	String script() {
		return "window.SEARCH_INDEX = [\n" + String.join(",\n", this.sections) + "\n];\n";
	}

}
