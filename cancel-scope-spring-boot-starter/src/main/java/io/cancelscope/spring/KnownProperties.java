package io.cancelscope.spring;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * The properties that the configuration metadata of the starter describes.
 *
 * @param names their names
 */
record KnownProperties(Set<String> names) {

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private static final Pattern NAME = Pattern.compile("\"name\"\\s*:\\s*\"(cancel-scope\\.[^\"]+)\"");

	/**
	 * Returns what is known, nothing where the metadata is not there, as in a native
	 * image.
	 */
	static KnownProperties read() {
		Set<String> names = new TreeSet<>();
		try (InputStream file = metadata().openStream()) {
			Matcher name = NAME.matcher(properties(new String(file.readAllBytes(), StandardCharsets.UTF_8)));
			while (name.find()) {
				names.add(name.group(1));
			}
		}
		catch (IOException | IllegalArgumentException ex) {
			return new KnownProperties(Set.of());
		}
		return new KnownProperties(names);
	}

	/** Groups and hints have names as well. */
	private static String properties(String metadata) {
		int hints = metadata.indexOf("\"hints\"");
		return metadata.substring(Math.max(0, metadata.indexOf("\"properties\"")),
				(hints >= 0) ? hints : metadata.length());
	}

	/** The file that lies beside this class: all jars of Spring Boot have one. */
	private static URL metadata() throws IOException {
		String path = KnownProperties.class.getName().replace('.', '/') + ".class";
		URL own = KnownProperties.class.getClassLoader().getResource(path);
		if (own == null) {
			throw new IOException("No " + path);
		}
		String url = own.toString();
		return URI.create(url.substring(0, url.length() - path.length()) + METADATA).toURL();
	}

	/** Whether a name is a property, an element of a list or a key of a map. */
	boolean has(ConfigurationPropertyName name) {
		return this.names.isEmpty() || this.names.stream()
			.map(ConfigurationPropertyName::of)
			.anyMatch((known) -> known.equals(name) || known.isAncestorOf(name));
	}

	boolean hasGroup(ConfigurationPropertyName group) {
		return this.names.stream().anyMatch((known) -> known.startsWith(group + "."));
	}

	Set<String> variables() {
		Set<String> variables = new TreeSet<>();
		for (String name : this.names) {
			variables.add(name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT));
			variables.add(name.replace('.', '_').replace("-", "").toUpperCase(Locale.ROOT));
		}
		return variables;
	}

	boolean hasVariable(String variable) {
		return this.names.isEmpty()
				|| variables().stream().anyMatch((known) -> known.equals(variable) || variable.startsWith(known + "_"));
	}

}
