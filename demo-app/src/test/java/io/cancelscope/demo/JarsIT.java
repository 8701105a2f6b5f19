package io.cancelscope.demo;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Opens the jars that a project gets. Runs after the phase {@code package}; the jars of
 * Javadoc are there only with the profile {@code release}.
 */
class JarsIT {

	private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

	private static final String CORE = "cancel-scope-core";

	private static final String STARTER = "cancel-scope-spring-boot-starter";

	static List<Path> jars() {
		return Stream.of(CORE, STARTER)
			.flatMap((module) -> Stream.of("", "-sources", "-javadoc").map((kind) -> jar(module, kind)))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("jars")
	void jarHoldsTheLicense(Path jar) throws IOException {
		if (jar.toString().endsWith("-javadoc.jar")) {
			assumeThat(jar).as("made by -Prelease").exists();
		}

		assertThat(text(jar, "META-INF/LICENSE")).isEqualTo(Files.readString(ROOT.resolve("LICENSE")));
	}

	@Test
	void demoHoldsTheLicense() throws IOException {
		assertThat(text(Path.of("target", "demo-app.jar"), "META-INF/LICENSE"))
			.isEqualTo(Files.readString(ROOT.resolve("LICENSE")));
	}

	@ParameterizedTest
	@CsvSource({ CORE + ",io.cancelscope,false", STARTER + ",io.cancelscope.spring,true" })
	void jarIsAModuleWithAName(String module, String name, boolean automatic) {
		ModuleDescriptor descriptor = ModuleFinder.of(jar(module, "")).find(name).orElseThrow().descriptor();

		assertThat(descriptor.isAutomatic()).isEqualTo(automatic);
		assertThat(descriptor.packages()).contains(name);
	}

	/** Otherwise they could not be on one module path. */
	@Test
	void modulesShareNoPackage() {
		Set<String> core = ModuleFinder.of(jar(CORE, "")).find("io.cancelscope").orElseThrow().descriptor().packages();
		Set<String> starter = ModuleFinder.of(jar(STARTER, ""))
			.find("io.cancelscope.spring")
			.orElseThrow()
			.descriptor()
			.packages();

		assertThat(starter).doesNotContainAnyElementsOf(core);
	}

	@ParameterizedTest
	@CsvSource({ CORE, STARTER })
	void everySourceIsInTheJarOfSources(String module) throws IOException {
		Path sources = ROOT.resolve(module).resolve("src/main/java");
		try (Stream<Path> files = Files.walk(sources); ZipFile zip = new ZipFile(jar(module, "-sources").toFile())) {
			List<String> names = files.filter(Files::isRegularFile)
				.map((file) -> sources.relativize(file).toString().replace(File.separatorChar, '/'))
				.toList();

			assertThat(names).isNotEmpty().allMatch((name) -> zip.getEntry(name) != null);
		}
	}

	@ParameterizedTest
	@CsvSource({ CORE + ",io.cancelscope/io/cancelscope/CancelScopes.html",
			STARTER + ",io/cancelscope/spring/CancelScoped.html" })
	void javadocOfThePublicClassesIsInItsJar(String module, String page) {
		Path jar = jar(module, "-javadoc");
		assumeThat(jar).as("made by -Prelease").exists();

		assertThat(text(jar, page)).contains("<h1");
		assertThat(text(jar, "index.html")).isNotEmpty();
	}

	private static Path jar(String module, String kind) {
		Path target = ROOT.resolve(module).resolve("target");
		try (Stream<Path> files = Files.exists(target) ? Files.list(target) : Stream.empty()) {
			return files
				.filter((file) -> file.getFileName()
					.toString()
					.matches(module + "-\\d[\\d.]*(-SNAPSHOT)?" + kind + "\\.jar"))
				.findFirst()
				.orElse(target.resolve(module + kind + ".jar"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String text(Path jar, String entry) {
		try (ZipFile zip = new ZipFile(jar.toFile())) {
			ZipEntry found = zip.getEntry(entry);
			assertThat(found).as("%s in %s", entry, jar).isNotNull();
			try (InputStream in = zip.getInputStream(found)) {
				return new String(in.readAllBytes(), StandardCharsets.UTF_8);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(jar + " can't be read", ex);
		}
	}

}
