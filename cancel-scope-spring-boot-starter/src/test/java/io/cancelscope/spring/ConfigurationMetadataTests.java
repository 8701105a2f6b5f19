package io.cancelscope.spring;

import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import com.jayway.jsonpath.JsonPath;
import com.tngtech.archunit.core.domain.JavaClass;
import org.junit.jupiter.api.Test;

import org.springframework.beans.BeanUtils;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an editor shows for {@code cancel-scope.*} is complete: for each property a type
 * and a sentence, and no property that nobody reads.
 */
class ConfigurationMetadataTests {

	private static final String ROOT = "io.cancelscope.spring";

	@Test
	void everyPropertyIsDescribedAndNoOther() throws IOException {
		Set<String> expected = new TreeSet<>();
		propertiesClasses().forEach((type) -> collect(prefix(type), type, expected));
		expected.addAll(read("/META-INF/additional-spring-configuration-metadata.json").keySet());
		// Spring Boot gives each endpoint these two.
		for (String endpoint : List.of("cancelbudgets", "cancelscopes")) {
			expected.add("management.endpoint." + endpoint + ".access");
			expected.add("management.endpoint." + endpoint + ".cache.time-to-live");
		}

		assertThat(expected).contains("cancel-scope.enabled", "cancel-scope.aspect.order");
		assertThat(read("/META-INF/spring-configuration-metadata.json").keySet()).isEqualTo(expected);
	}

	@Test
	void everyPropertyHasATypeAndASentence() throws IOException {
		assertThat(read("/META-INF/spring-configuration-metadata.json")).allSatisfy((name, property) -> {
			assertThat(property.get("type")).as("type of %s", name).isNotNull();
			assertThat(String.valueOf(property.get("description"))).as("description of %s", name)
				.isNotEqualTo("null")
				.matches("(?s)[A-Z].*\\.")
				.doesNotStartWith("The ")
				.doesNotContain("\n", "{@");
		});
	}

	@Test
	void everyPropertyThatSwitchesAFeatureIsDescribed() throws IOException {
		Set<String> described = read("/META-INF/spring-configuration-metadata.json").keySet();
		Set<String> switches = new TreeSet<>();
		for (String name : ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())) {
			if (name.startsWith(ROOT)) {
				Class<?> type = ClassUtils.resolveClassName(name, getClass().getClassLoader());
				AnnotatedElementUtils.findAllMergedAnnotations(type, ConditionalOnBooleanProperty.class)
					.forEach((condition) -> switches.addAll(Arrays.asList(condition.name())));
			}
		}

		assertThat(switches).contains("cancel-scope.enabled", "cancel-scope.task.enabled");
		assertThat(described).containsAll(switches);
	}

	private static List<Class<?>> propertiesClasses() {
		return StarterClasses.ALL.stream()
			.filter((type) -> type.isAnnotatedWith(ConfigurationProperties.class))
			.<Class<?>>map(JavaClass::reflect)
			.toList();
	}

	private static String prefix(Class<?> type) {
		return Objects.requireNonNull(AnnotatedElementUtils.findMergedAnnotation(type, ConfigurationProperties.class))
			.prefix();
	}

	private static void collect(String prefix, Class<?> type, Set<String> names) {
		if (type.isRecord()) {
			for (RecordComponent component : type.getRecordComponents()) {
				collect(prefix, component.getName(), component.getType(), names);
			}
			return;
		}
		for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(type)) {
			if (property.getWriteMethod() != null || isGroup(property.getPropertyType())) {
				collect(prefix, property.getName(), property.getPropertyType(), names);
			}
		}
	}

	private static void collect(String prefix, String property, Class<?> type, Set<String> names) {
		String name = prefix + "." + dashed(property);
		if (isGroup(type)) {
			collect(name, type, names);
		}
		else {
			names.add(name);
		}
	}

	/** Nested types hold further properties, unless they are a choice of values. */
	private static boolean isGroup(Class<?> type) {
		return type.isMemberClass() && !type.isEnum() && type.getName().startsWith(ROOT);
	}

	private static String dashed(String property) {
		return property.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
	}

	/** The properties of a file by their names. */
	private static Map<String, Map<String, Object>> read(String path) throws IOException {
		InputStream file = CancelScopeProperties.class.getResourceAsStream(path);
		try (file) {
			assertThat(file).isNotNull();
			Map<String, Map<String, Object>> properties = new TreeMap<>();
			List<Map<String, Object>> found = JsonPath.read(file, "$..properties[*]");
			found.forEach((property) -> properties.put(String.valueOf(property.get("name")), property));
			return properties;
		}
	}

}
