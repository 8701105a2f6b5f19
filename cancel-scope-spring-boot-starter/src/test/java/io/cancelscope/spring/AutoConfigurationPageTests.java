package io.cancelscope.spring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/reference/auto-configuration.md} says of features and threads is what
 * there is.
 */
class AutoConfigurationPageTests {

	private static final String ROOT = "io.cancelscope.spring.";

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	private static final Pattern THREAD = Pattern.compile("\"(cancel-scope-[a-z-]+)\"");

	/** Looks like the name of a thread, and is the key of a gRPC context. */
	private static final String NO_THREAD = "cancel-scope-call";

	private final String page;

	AutoConfigurationPageTests() throws IOException {
		this.page = Files.readString(Path.of("..", "docs", "reference", "auto-configuration.md"))
			.replaceAll("(?s)```.*?```", "");
	}

	@Test
	void everyFeatureIsInTheTableWithItsClassAndItsSwitches() {
		Map<String, String> known = new TreeMap<>();
		for (KnownFeature feature : KnownFeatures.ALL) {
			known.put(feature.name(), feature.configuration().substring(ROOT.length()) + switches(feature.name()));
		}

		Map<String, String> shown = new TreeMap<>();
		rows("| feature | auto-configuration | switch | needs |").forEach((row) -> shown.put(codes(row.get(0)).get(0),
				codes(row.get(1)).get(0) + new LinkedHashSet<>(codes(row.get(2)))));
		assertThat(shown).containsExactlyInAnyOrderEntriesOf(known);
	}

	/** Those that switch all parts of a feature off, and those that switch one on. */
	private static Set<String> switches(String name) {
		Set<String> switches = new LinkedHashSet<>();
		for (KnownFeature feature : KnownFeatures.ALL) {
			if (feature.name().equals(name)) {
				switches.addAll(feature.switches());
				if (feature.optIn() != null) {
					switches.add(feature.optIn());
				}
			}
		}
		return switches;
	}

	@Test
	void whatIsOffByDefaultIsMarked() {
		Set<String> optIns = KnownFeatures.ALL.stream()
			.flatMap((feature) -> Stream.ofNullable(feature.optIn()))
			.collect(Collectors.toCollection(TreeSet::new));

		Set<String> marked = new TreeSet<>();
		rows("| feature | auto-configuration | switch | needs |").forEach((row) -> {
			int mark = row.get(2).indexOf("opt-in: ");
			if (mark >= 0) {
				marked.addAll(codes(row.get(2).substring(mark)));
			}
		});
		assertThat(marked).isEqualTo(optIns);
	}

	@Test
	void everyAutoConfigurationIsNamed() {
		List<String> ours = new ArrayList<>();
		ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()).forEach((name) -> {
			if (name.startsWith(ROOT)) {
				ours.add(name.substring(ROOT.length()));
			}
		});

		assertThat(codes(this.page).stream().filter((code) -> code.endsWith("AutoConfiguration")))
			.containsExactlyInAnyOrderElementsOf(ours);
	}

	@Test
	void everyThreadIsInTheTable() throws IOException {
		Set<String> named = new TreeSet<>();
		for (Path folder : List.of(Path.of("src", "main", "java"),
				Path.of("..", "cancel-scope-core", "src", "main", "java"))) {
			try (Stream<Path> files = Files.walk(folder)) {
				for (Path file : files.filter((each) -> each.toString().endsWith(".java")).toList()) {
					THREAD.matcher(Files.readString(file)).results().forEach((name) -> named.add(name.group(1)));
				}
			}
		}
		named.remove(NO_THREAD);

		Set<String> shown = new TreeSet<>();
		rows("| thread | for |").forEach((row) -> shown.addAll(codes(row.get(0))));
		assertThat(named).contains("cancel-scope-timer", "cancel-scope-jdbc");
		assertThat(shown).isEqualTo(named);
	}

	/** The rows of the table with this head. */
	private List<List<String>> rows(String head) {
		assertThat(this.page).contains(head + "\n");
		return this.page.substring(this.page.indexOf(head + "\n"))
			.lines()
			.skip(2)
			.takeWhile((line) -> line.startsWith("|"))
			.map((line) -> Stream.of(line.substring(1).split("\\|")).map(String::strip).toList())
			.toList();
	}

	private static List<String> codes(String text) {
		Matcher code = CODE.matcher(text);
		List<String> codes = new ArrayList<>();
		while (code.find()) {
			codes.add(code.group(1));
		}
		return codes;
	}

}
