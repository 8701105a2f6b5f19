package io.cancelscope.site;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.Node;
import org.commonmark.renderer.NodeRenderer;
import org.commonmark.renderer.html.HtmlNodeRendererContext;
import org.commonmark.renderer.html.HtmlWriter;

/**
 * Shows code, and below it where the test is that it is cut from. Comments in the
 * Markdown are for its tests, and are left out.
 */
final class CodeRenderer implements NodeRenderer {

	private static final Pattern SNIPPET = Pattern.compile("<!-- snippet: ([^#\\s]+)(#\\S+)? -->");

	private final HtmlWriter html;

	private final Links.OfPage links;

	CodeRenderer(HtmlNodeRendererContext context, Links.OfPage links) {
		this.html = context.getWriter();
		this.links = links;
	}

	@Override
	public Set<Class<? extends Node>> getNodeTypes() {
		return Set.of(FencedCodeBlock.class, HtmlBlock.class);
	}

	@Override
	public void render(Node node) {
		if (node instanceof FencedCodeBlock code) {
			render(code);
		}
		else if (node instanceof HtmlBlock block && !block.getLiteral().startsWith("<!--")) {
			this.html.line();
			this.html.raw(block.getLiteral());
			this.html.line();
		}
	}

	private void render(FencedCodeBlock code) {
		this.html.line();
		String language = code.getInfo();
		this.html.tag("pre", Map.of("tabindex", "0"));
		this.html.tag("code", language.isBlank() ? Map.of() : Map.of("class", "language-" + language.split(" ")[0]));
		this.html.text(code.getLiteral());
		this.html.tag("/code");
		this.html.tag("/pre");
		if (code.getPrevious() instanceof HtmlBlock comment) {
			Matcher snippet = SNIPPET.matcher(comment.getLiteral());
			if (snippet.find()) {
				this.html.tag("p", Map.of("class", "cut-from"));
				this.html.text("From ");
				this.html.tag("a", Map.of("href", this.links.hrefFromRoot(snippet.group(1))));
				this.html.text(snippet.group(1).replaceAll(".*/", ""));
				this.html.tag("/a");
				this.html.text(", which runs with each build");
				this.html.tag("/p");
			}
		}
		this.html.line();
	}

}
