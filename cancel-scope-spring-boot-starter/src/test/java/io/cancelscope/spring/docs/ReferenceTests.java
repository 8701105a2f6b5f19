package io.cancelscope.spring.docs;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.jayway.jsonpath.JsonPath;
import io.cancelscope.spring.CancelScoped;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables of {@code docs/reference/spring.md} name what there is, all of it, and with
 * its default.
 */
class ReferenceTests {

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	private final String page;

	ReferenceTests() throws IOException {
		this.page = Files.readString(Path.of("..", "docs", "reference", "spring.md"));
	}

	@Test
	void everyAttributeIsInTheTable() {
		List<String> named = new ArrayList<>();
		cells("## The annotation").forEach((row) -> {
			Matcher name = CODE.matcher(row.get(0));
			while (name.find()) {
				named.add(name.group(1));
			}
		});

		assertThat(named).containsExactlyInAnyOrderElementsOf(
				Arrays.stream(CancelScoped.class.getDeclaredMethods()).map(Method::getName).toList());
	}

	@Test
	void everyPropertyIsInTheTableWithItsDefault() throws IOException {
		Map<String, String> named = new TreeMap<>();
		cells("## Properties").forEach((row) -> named.put(unquoted(row.get(0)).replace(".<name>", ""), row.get(1)));
		Map<String, String> known = new TreeMap<>();
		properties().forEach((property) -> known.put(String.valueOf(property.get("name")), shown(property)));

		assertThat(named).containsExactlyInAnyOrderEntriesOf(known);
	}

	private static String shown(Map<String, Object> property) {
		if (String.valueOf(property.get("type")).startsWith("java.util.Map")) {
			return "";
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

	/** The rows of the first table below a heading, without its head. */
	private List<List<String>> cells(String heading) {
		return this.page.substring(this.page.indexOf(heading + "\n"))
			.lines()
			.dropWhile((line) -> !line.startsWith("|---"))
			.skip(1)
			.takeWhile((line) -> line.startsWith("|"))
			.map((line) -> Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList())
			.toList();
	}

	private static String unquoted(String cell) {
		return cell.replace("`", "");
	}

}
