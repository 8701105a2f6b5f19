package io.cancelscope.site;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.jspecify.annotations.Nullable;

/**
 * The groups of pages, in the order in which the map of the documentation lists them.
 *
 * @param map the map itself
 * @param groups what it lists
 */
record Navigation(Page map, List<Group> groups) {

	/** Reads the headings of the map, and the first link of each item of its lists. */
	static Navigation of(Page map, Map<Path, Page> pages) {
		List<Group> groups = new ArrayList<>();
		map.document().accept(new AbstractVisitor() {

			@Override
			public void visit(Heading heading) {
				if (heading.getLevel() == 2) {
					groups.add(new Group(Page.text(heading), new ArrayList<>()));
				}
			}

			@Override
			public void visit(ListItem item) {
				Link link = firstLink(item);
				if (link != null && !groups.isEmpty() && !link.getDestination().contains("#")) {
					Path file = map.file().resolveSibling(link.getDestination()).normalize();
					Page page = pages.get(file);
					if (page != null) {
						groups.get(groups.size() - 1).entries().add(new Entry(Page.text(link), page));
					}
				}
				super.visit(item);
			}

		});
		return new Navigation(map, groups);
	}

	private static @Nullable Link firstLink(Node item) {
		Node paragraph = item.getFirstChild();
		return (paragraph != null && paragraph.getFirstChild() instanceof Link link) ? link : null;
	}

	/** All pages in order. */
	List<Page> order() {
		return this.groups.stream().flatMap((group) -> group.entries().stream()).map(Entry::page).distinct().toList();
	}

	/** The pages for users that are in no list. */
	List<Path> unlisted(Collection<Path> files) {
		Set<Path> listed = new LinkedHashSet<>(order().stream().map(Page::file).toList());
		return files.stream()
			.filter((file) -> file.startsWith("docs") && !file.equals(this.map.file()) && !listed.contains(file))
			.toList();
	}

	/** The page before or after another, by a step of one. */
	@Nullable Page beside(Page page, int step) {
		List<Page> order = order();
		int index = order.indexOf(page);
		int other = index + step;
		return (index >= 0 && other >= 0 && other < order.size()) ? order.get(other) : null;
	}

	/**
	 * Pages under one heading.
	 *
	 * @param title the heading
	 * @param entries the pages
	 */
	record Group(String title, List<Entry> entries) {
	}

	/**
	 * A page in a group.
	 *
	 * @param text what the link says
	 * @param page where it leads
	 */
	record Entry(String text, Page page) {
	}

}
