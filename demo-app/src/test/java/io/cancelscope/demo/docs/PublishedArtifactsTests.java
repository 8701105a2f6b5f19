package io.cancelscope.demo.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import javax.xml.xpath.XPathNodes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The artifacts that users get, as the POMs and the pages name them.
 */
class PublishedArtifactsTests {

	private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

	/** Besides the parent, whose folder is the root. */
	private static final Set<String> PUBLISHED = Set.of("cancel-scope-bom", "cancel-scope-core",
			"cancel-scope-spring-boot-starter");

	/** An artifact of ours with a version, in XML or in Gradle's notation. */
	private static final Pattern VERSION = Pattern
		.compile("<artifactId>cancel-scope-[a-z-]+</artifactId>\\s*<version>([^<]+)</version>"
				+ "|io\\.cancelscope:cancel-scope-[a-z-]+:([\\w.-]+)");

	static List<Path> modules() throws IOException {
		try (Stream<Path> folders = Files.list(ROOT)) {
			return folders.filter((folder) -> Files.exists(folder.resolve("pom.xml"))).toList();
		}
	}

	@ParameterizedTest
	@MethodSource("modules")
	void moduleIsPublishedOrSaysThatItIsNot(Path module) throws Exception {
		String skip = text(pom(module), "/project/properties/maven.deploy.skip");

		assertThat(skip).as("maven.deploy.skip of %s", module)
			.isEqualTo(PUBLISHED.contains(module.getFileName().toString()) ? "" : "true");
	}

	@ParameterizedTest
	@MethodSource("modules")
	void moduleHasTheVersionOfTheRoot(Path module) throws Exception {
		Document pom = pom(module);

		assertThat(text(pom, "/project/version") + text(pom, "/project/parent/version")).isEqualTo(version());
	}

	@Test
	void bomListsWhatUsersDependOnAndNothingElse() throws Exception {
		Document bom = pom(ROOT.resolve("cancel-scope-bom"));

		assertThat(texts(bom, "/project/dependencyManagement/dependencies/dependency/artifactId"))
			.containsExactly("cancel-scope-core", "cancel-scope-spring-boot-starter");
		assertThat(texts(bom, "/project/dependencyManagement/dependencies/dependency/version"))
			.containsOnly("${project.version}");
		assertThat(texts(bom, "/project/parent | /project/dependencies")).isEmpty();
	}

	/**
	 * It has no parent, so it repeats what Maven Central and a build that can be repeated
	 * need.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "url", "licenses/license/name", "licenses/license/url", "developers/developer/name",
			"developers/developer/organization", "developers/developer/organizationUrl", "scm/connection",
			"scm/developerConnection", "scm/url", "properties/project.build.outputTimestamp" })
	void bomRepeatsTheRoot(String element) throws Exception {
		String expected = text(pom(ROOT), "/project/" + element);

		assertThat(expected).isNotEmpty();
		assertThat(text(pom(ROOT.resolve("cancel-scope-bom")), "/project/" + element)).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "clean", "deploy", "install" })
	void bomUsesThePluginsOfTheRoot(String name) throws Exception {
		String expected = text(pom(ROOT), "/project/properties/maven-" + name + "-plugin.version");

		assertThat(expected).isNotEmpty();
		assertThat(text(pom(ROOT.resolve("cancel-scope-bom")),
				"//pluginManagement//plugin[artifactId='maven-" + name + "-plugin']/version"))
			.isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "README.md", "docs/getting-started/quickstart.md" })
	void pageShowsTheVersionOfTheRoot(String page) throws Exception {
		List<String> shown = VERSION.matcher(Files.readString(ROOT.resolve(page)))
			.results()
			.map(PublishedArtifactsTests::found)
			.toList();

		assertThat(shown).isNotEmpty().containsOnly(version());
	}

	private static String found(MatchResult result) {
		return (result.group(1) != null) ? result.group(1) : result.group(2);
	}

	private static String version() throws Exception {
		return text(pom(ROOT), "/project/version");
	}

	private static Document pom(Path module) throws Exception {
		return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(module.resolve("pom.xml").toFile());
	}

	private static String text(Document pom, String path) throws Exception {
		return String.join("", texts(pom, path));
	}

	private static List<String> texts(Document pom, String path) throws Exception {
		List<String> texts = new ArrayList<>();
		XPathFactory.newInstance()
			.newXPath()
			.evaluateExpression(path, pom, XPathNodes.class)
			.forEach((node) -> texts.add(node.getTextContent().strip()));
		return texts;
	}

}
