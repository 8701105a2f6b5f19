package io.cancelscope.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * A small documentation becomes a site, and its dead ends are found.
 */
class SiteTests {

	@TempDir
	private Path root;

	@TempDir
	private Path target;

	@BeforeEach
	void write() throws IOException {
		write("README.md", "# Home\n\nSee [the map](docs/README.md).\n");
		write("docs/README.md", "# Map\n\n## Guides\n\n- [One](one.md): first\n- [Two](two.md)\n");
		write("docs/one.md", "# One\n\n## A `part`\n\nTo [two](two.md#the-end), [here](#a-part), [code](../src/A.java),"
				+ " [a folder](../src), ![picture](a.png)\n\n<!-- snippet: src/A.java#x -->\n```java\nint i = 1 < 2;\n```\n");
		write("docs/two.md", "# Two & three\n\n## The end\n\n| a | b |\n|---|---|\n| cell | `</script>` |\n");
		write("docs/a.png", "picture");
		write("src/A.java", "class A<T> { }");
	}

	private void write(String file, String text) throws IOException {
		Path path = this.root.resolve(file);
		Files.createDirectories(path.getParent());
		Files.writeString(path, text);
	}

	private String read(String file) throws IOException {
		return Files.readString(this.target.resolve(file));
	}

	private Site site() {
		return new Site(this.root, this.target, "1.2.3");
	}

	@Test
	void pagesLinkToEachOtherAndToTheirSources() throws IOException {
		assertThat(site().write()).isEmpty();

		assertThat(read("docs/one.html"))
			.contains("<h2 id=\"a-part\">", "href=\"two.html#the-end\"", "href=\"#a-part\"",
					"href=\"../src/A.java.html\"", "href=\"../src/index.html\"", "src=\"a.png\"",
					"<code class=\"language-java\">int i = 1 &lt; 2;", "<title>One · cancel-scope 1.2.3</title>",
					"href=\"../site.css\"", "rel=\"next\" class=\"next\" href=\"two.html\">Next: Two &amp; three")
			.doesNotContain("<!-- snippet", ".md");
		assertThat(read("src/A.java.html")).contains("class A&lt;T&gt; { }", "href=\"../docs/one.html\"");
		assertThat(read("src/index.html")).contains("href=\"A.java.html\"");
		assertThat(read("docs/a.png")).isEqualTo("picture");
		assertThat(read("index.html")).contains("href=\"docs/README.html\"", "href=\"site.css\"");
		assertThat(read("docs/two.html")).contains("<td>cell</td>", "aria-current=\"page\">Two</a>");
	}

	@Test
	void textOfSectionsCanBeSearchedAndEndsNoScript() throws IOException {
		site().write();

		assertThat(read("search-index.js")).contains("[\"docs/two.html#the-end\",\"Two & three\",\"The end\",")
			.contains("cell \\u003c/script>")
			.contains("int i = 1 \\u003c 2;")
			.doesNotContain("</script>");
	}

	@Test
	void deadLinksAndUnlistedPagesAreFound() throws IOException {
		write("docs/one.md", "# One\n\n[a](none.md) [b](two.md#none) [c](#nowhere) [d](../../etc/passwd)\n");
		write("docs/three.md", "# Three\n");

		assertThat(site().write()).containsExactlyInAnyOrder(
				Path.of("docs", "one.md") + " links to none.md, which is not there",
				Path.of("docs", "one.md") + " links to two.md#none, and that page has no such heading",
				Path.of("docs", "one.md") + " links to #nowhere, and that page has no such heading",
				Path.of("docs", "one.md") + " links to ../../etc/passwd, which is not there",
				Path.of("docs", "three.md") + " is in no list of " + Path.of("docs", "README.md"));
	}

	@Test
	void deadLinksEndTheBuild() throws IOException {
		write("docs/one.md", "[a](none.md)\n");

		assertThatIllegalStateException()
			.isThrownBy(() -> Site.main(new String[] { this.root.toString(), this.target.toString(), "1" }))
			.withMessageContaining("1 dead ends")
			.withMessageContaining("none.md");
		assertThatIllegalArgumentException().isThrownBy(() -> Site.main(new String[0]))
			.withMessageContaining("three arguments");
	}

	@Test
	void equalHeadingsHaveAnchorsOfTheirOwn() {
		Page page = Page.parse(Path.of("a.md"), "# A\n\n## B, c!\n\n## B, c!\n");

		assertThat(page.anchors().values()).containsExactly("a", "b-c", "b-c-1");
	}

}
