package io.cancelscope.demo.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The files in {@code .github} can be read, and what they run exists: scripts, profiles,
 * modules and tests. So do the commands of {@code CONTRIBUTING.md}.
 */
class WorkflowsTests {

	private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

	private static final Path GITHUB = ROOT.resolve(".github");

	private static final Pattern SCRIPT = Pattern.compile("\\.ci/([a-z-]+)");

	private static final Pattern PROFILE = Pattern.compile("\\s-P([\\w.-]+)");

	private static final Pattern MODULES = Pattern.compile("-pl ([\\w.,-]+)");

	private static final Pattern TESTS = Pattern.compile("-Dtest=([\\w,]+)");

	static List<Path> files() throws IOException {
		try (Stream<Path> files = Files.walk(GITHUB)) {
			return files.filter((file) -> file.toString().endsWith(".yml")).sorted().toList();
		}
	}

	static List<Path> workflows() throws IOException {
		return files().stream().filter((file) -> file.getParent().endsWith("workflows")).toList();
	}

	static List<Path> pagesWithCommands() throws IOException {
		return Stream.concat(workflows().stream(), Stream.of(ROOT.resolve("CONTRIBUTING.md"))).toList();
	}

	@Test
	void workflowsAreThere() throws IOException {
		assertThat(workflows()).extracting((file) -> file.getFileName().toString())
			.contains("build.yml", "docs.yml", "nightly.yml", "release.yml");
	}

	@ParameterizedTest
	@MethodSource("files")
	void fileIsYaml(Path file) throws IOException {
		assertThat(read(file)).isNotEmpty();
	}

	@ParameterizedTest
	@MethodSource("workflows")
	void jobsAreComplete(Path file) throws IOException {
		Map<Object, Object> workflow = read(file);
		// "on" is a boolean in YAML 1.1.
		assertThat(workflow).containsKeys("name", "permissions", Boolean.TRUE);

		assertThat(jobs(workflow)).isNotEmpty().allSatisfy((job) -> {
			assertThat(job).containsKeys("runs-on", "timeout-minutes", "steps");
			assertThat(steps(job)).isNotEmpty()
				.allSatisfy((step) -> assertThat(step.containsKey("run")).isNotEqualTo(step.containsKey("uses")))
				.filteredOn((step) -> step.containsKey("uses"))
				.allSatisfy((step) -> assertThat(step.get("uses").toString()).matches("actions/[a-z-]+@v\\d+"));
		});
	}

	@ParameterizedTest
	@MethodSource("pagesWithCommands")
	void scriptsExistAndCanBeExecuted(Path page) throws IOException {
		assertThat(found(SCRIPT, page)).allSatisfy((name) -> {
			Path script = ROOT.resolve(".ci").resolve(name);
			assertThat(script).isRegularFile();
			assertThat(Files.isExecutable(script)).as("%s can be executed", script).isTrue();
		});
	}

	@ParameterizedTest
	@MethodSource("pagesWithCommands")
	void profilesAndModulesExist(Path page) throws IOException {
		String poms = Files.readString(ROOT.resolve("pom.xml"))
				+ Files.readString(ROOT.resolve("cancel-scope-core/pom.xml"));

		assertThat(found(PROFILE, page)).allSatisfy((profile) -> assertThat(poms).contains("<id>" + profile + "</id>"));
		assertThat(found(MODULES, page)).allSatisfy((module) -> assertThat(ROOT.resolve(module + "/pom.xml")).exists());
	}

	@ParameterizedTest
	@MethodSource("pagesWithCommands")
	void testsExist(Path page) throws IOException {
		Set<String> named = found(TESTS, page);
		if (named.isEmpty()) {
			return;
		}
		List<Path> sources = new ArrayList<>();
		for (String folder : List.of("cancel-scope-core", "cancel-scope-spring-boot-starter", "demo-app")) {
			try (Stream<Path> files = Files.walk(ROOT.resolve(folder).resolve("src"))) {
				files.forEach(sources::add);
			}
		}

		assertThat(sources).extracting((source) -> source.getFileName().toString())
			.containsAll(named.stream().map((name) -> name + ".java").toList());
	}

	@Test
	void bugReportAsksForTheLinesAtStartUp() throws IOException {
		Map<Object, Object> form = read(GITHUB.resolve("ISSUE_TEMPLATE/bug.yml"));

		assertThat(maps(form.get("body"))).filteredOn((field) -> "startup".equals(field.get("id")))
			.singleElement()
			.satisfies((field) -> {
				assertThat(field.get("attributes").toString()).contains("\"cancel-scope:\"", "\"cancel-scope off:\"");
				assertThat(field.get("validations")).isEqualTo(Map.of("required", true));
			});
	}

	/** The walk-through shows two patches: their context must be in the code as it is. */
	@Test
	void firstChangeFitsTheCode() throws IOException {
		List<String> patches = Pattern.compile("   ```diff\\n(.*?)   ```\\n", Pattern.DOTALL)
			.matcher(Files.readString(ROOT.resolve("CONTRIBUTING.md")))
			.results()
			.map((result) -> result.group(1).replaceAll("(?m)^ {3}", ""))
			.toList();

		assertThat(patches).hasSize(2).allSatisfy((patch) -> {
			List<String> lines = patch.lines().toList();
			String code = Files.readString(ROOT.resolve(lines.get(1).substring("+++ b/".length())));
			List<String> added = lines.stream().skip(3).filter((line) -> line.startsWith("+")).toList();
			String context = lines.stream()
				.skip(3)
				.filter((line) -> !line.startsWith("+"))
				.map((line) -> line.isEmpty() ? line : line.substring(1))
				.collect(Collectors.joining("\n"));
			assertThat(code).contains(context).doesNotContain(added.get(1).substring(1));
			assertThat(lines.get(2)).isEqualTo(hunk(lines.get(2), lines.size() - 3 - added.size(), added.size()));
		});
	}

	/** The head of a hunk, with its lines counted. */
	private static String hunk(String head, int context, int added) {
		return head.replaceFirst(",\\d+ ", "," + context + " ")
			.replaceFirst(",\\d+ @@$", "," + (context + added) + " @@");
	}

	private static Set<String> found(Pattern pattern, Path page) throws IOException {
		return pattern.matcher(Files.readString(page))
			.results()
			.flatMap((result) -> Stream.of(result.group(1).split(",")))
			.collect(Collectors.toSet());
	}

	private static Map<Object, Object> read(Path file) throws IOException {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		return new Yaml(options).load(Files.readString(file));
	}

	private static List<Map<Object, Object>> jobs(Map<Object, Object> workflow) {
		return maps(((Map<?, ?>) workflow.get("jobs")).values());
	}

	private static List<Map<Object, Object>> steps(Map<Object, Object> job) {
		return maps(job.get("steps"));
	}

	@SuppressWarnings("unchecked")
	private static List<Map<Object, Object>> maps(Object of) {
		List<Map<Object, Object>> maps = new ArrayList<>();
		((Iterable<?>) of).forEach((map) -> maps.add((Map<Object, Object>) map));
		return maps;
	}

}
