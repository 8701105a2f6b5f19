package io.cancelscope.spring.docs;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.jayway.jsonpath.JsonPath;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.Test;

import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables of {@code docs/reference/annotation.md} and {@code properties.md} name what
 * there is, all of it, and with its type and default.
 */
class ReferenceTests {

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	private static final Path PAGES = Path.of("..", "docs", "reference");

	@Test
	void everyAttributeIsInTheTable() throws IOException {
		List<String> named = new ArrayList<>();
		rows("annotation.md", "| attribute | default | description |").forEach((row) -> {
			Matcher name = CODE.matcher(row.get(0));
			while (name.find()) {
				named.add(name.group(1));
			}
		});

		assertThat(named).containsExactlyInAnyOrderElementsOf(
				Arrays.stream(CancelScoped.class.getDeclaredMethods()).map(Method::getName).toList());
	}

	@Test
	void everyPropertyIsInATableWithItsTypeAndDefault() throws IOException {
		Map<String, List<String>> named = new TreeMap<>();
		rows("properties.md", "| property | type | default | description |")
			.forEach((row) -> named.put(row.get(0).replace("`", "").replace(".<name>", ""), row.subList(1, 3)));
		Map<String, List<String>> known = new TreeMap<>();
		properties().forEach((property) -> known.put(String.valueOf(property.get("name")),
				List.of(typeOf(property), defaultOf(property))));

		assertThat(named).containsExactlyInAnyOrderEntriesOf(known);
	}

	private static String typeOf(Map<String, Object> property) {
		String type = String.valueOf(property.get("type")).replaceAll("<.*", "");
		return switch (type) {
			case "java.lang.Boolean" -> "boolean";
			case "java.lang.Integer" -> "number";
			case "java.lang.String" -> "text";
			case "java.time.Duration" -> "duration";
			case "java.util.List", "java.util.Set" -> "list";
			case "java.util.Map" -> "text for each name";
			default -> Arrays.stream(ClassUtils.resolveClassName(type, null).getEnumConstants())
				.map((choice) -> "`" + ((Enum<?>) choice).name().toLowerCase(Locale.ROOT).replace('_', '-') + "`")
				.collect(Collectors.joining(", "));
		};
	}

	private static String defaultOf(Map<String, Object> property) {
		if (String.valueOf(property.get("type")).startsWith("java.util.Map")) {
			return "–";
		}
		Object value = property.get("defaultValue");
		return (value != null) ? "`" + value.toString().replaceAll("[\\[\\] ]", "") + "`" : "none";
	}

	private static List<Map<String, Object>> properties() throws IOException {
		InputStream file = CancelScoped.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json");
		try (file) {
			assertThat(file).isNotNull();
			return JsonPath.read(file, "$.properties[?(@.name =~ /cancel-scope.*/)]");
		}
	}

	/** The rows of all tables of a page with this head. */
	private static List<List<String>> rows(String page, String head) throws IOException {
		List<List<String>> rows = new ArrayList<>();
		boolean inside = false;
		for (String line : Files.readAllLines(PAGES.resolve(page))) {
			inside = line.equals(head) || (inside && line.startsWith("|"));
			if (inside && !line.equals(head) && !line.startsWith("|---")) {
				rows.add(Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList());
			}
		}
		return rows;
	}

}
