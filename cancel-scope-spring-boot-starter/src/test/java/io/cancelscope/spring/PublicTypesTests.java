package io.cancelscope.spring;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every public type of the starter is listed, with whom it is for, in
 * {@code public-types.txt}. What appears there by accident has to be supported for ever.
 */
class PublicTypesTests {

	private static final String PACKAGE = "io.cancelscope.spring.";

	private static final String USERS = "For users";

	private static final String CONFIGURATION = "Auto-configurations and properties";

	private static final String FEATURES = "For features";

	private final Map<String, List<String>> listed = read();

	@Test
	void everyPublicTypeIsListed() {
		assertThat(this.listed.values().stream().flatMap(List::stream))
			.as("public types; a new one is to lose its 'public', or to be added to public-types.txt")
			.containsExactlyInAnyOrderElementsOf(publicTypes());
	}

	@Test
	void listHasOnePlaceForEachAndIsSorted() {
		assertThat(this.listed).containsOnlyKeys(USERS, CONFIGURATION, FEATURES);
		assertThat(this.listed.values()).allSatisfy((types) -> assertThat(types).isSorted().doesNotHaveDuplicates());
	}

	/** One name for one kind of thing. */
	@Test
	void configurationIsCalledAfterTheProduct() {
		assertThat(this.listed.get(CONFIGURATION)).allSatisfy((type) -> assertThat(type)
			.matches("([a-z0-9]+\\.)?CancelScope[A-Za-z0-9]*(AutoConfiguration|Properties)(\\.[A-Za-z]+)?"));
		assertThat(this.listed.get(USERS)).noneMatch((type) -> type.matches(".*(AutoConfiguration|Properties)"));
		assertThat(this.listed.get(FEATURES)).noneMatch((type) -> type.matches(".*(AutoConfiguration|Properties)"));
	}

	@Test
	void everyTypeForUsersIsNamedOnAPage() throws IOException {
		StringBuilder pages = new StringBuilder();
		try (Stream<Path> files = Files.walk(Path.of("..", "docs"))) {
			for (Path page : files.filter((file) -> file.toString().endsWith(".md")).toList()) {
				pages.append(Files.readString(page));
			}
		}
		Set<String> words = new HashSet<>(Arrays.asList(pages.toString().split("\\W+")));

		assertThat(this.listed.get(USERS)).as("types for users that are on no page of docs")
			.allMatch((type) -> words.contains(type.substring(type.lastIndexOf('.') + 1)));
	}

	private static List<String> publicTypes() {
		return StarterClasses.ALL.stream()
			.filter(PublicTypesTests::isPublic)
			.map((type) -> type.getName().substring(PACKAGE.length()).replace('$', '.'))
			.sorted()
			.toList();
	}

	/** A nested type is seen only through the types around it. */
	private static boolean isPublic(JavaClass type) {
		return type.getModifiers().contains(JavaModifier.PUBLIC)
				&& type.getEnclosingClass().map(PublicTypesTests::isPublic).orElse(true);
	}

	private static Map<String, List<String>> read() {
		Map<String, List<String>> all = new LinkedHashMap<>();
		List<String> types = new ArrayList<>();
		try (InputStream in = PublicTypesTests.class.getResourceAsStream("/public-types.txt")) {
			String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
			for (String line : text.lines().filter((line) -> !line.isBlank() && !line.startsWith("//")).toList()) {
				if (line.startsWith("# ")) {
					types = new ArrayList<>();
					all.put(line.substring(2), types);
				}
				else {
					types.add(line);
				}
			}
			return all;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
