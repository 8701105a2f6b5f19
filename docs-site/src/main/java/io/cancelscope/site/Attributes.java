package io.cancelscope.site;

import java.util.Map;

import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.renderer.html.AttributeProvider;

/**
 * Gives headings their anchors, and links their places in the site.
 */
final class Attributes implements AttributeProvider {

	private final Page page;

	private final Links.OfPage links;

	Attributes(Page page, Links.OfPage links) {
		this.page = page;
		this.links = links;
	}

	@Override
	public void setAttributes(Node node, String tag, Map<String, String> attributes) {
		if (node instanceof Heading heading) {
			String anchor = this.page.anchors().get(heading);
			if (anchor != null) {
				attributes.put("id", anchor);
			}
		}
		else if (node instanceof Link link && "a".equals(tag)) {
			attributes.put("href", this.links.href(link.getDestination()));
		}
		else if (node instanceof Image image && "img".equals(tag)) {
			attributes.put("src", this.links.href(image.getDestination()));
			attributes.put("loading", "lazy");
		}
	}

}
