package io.cancelscope.spring.optional;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The tests' class path, read once: which entry holds what. A {@code URLClassLoader} of
 * two hundred jars opens each of them again, and looks for every class in one after the
 * other.
 */
final class ClassPath {

	static final ClassPath INSTANCE = new ClassPath();

	/** The content of each entry, in the order of the class path. */
	private final Map<Path, Map<String, Content>> entries = new LinkedHashMap<>();

	private ClassPath() {
		String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		for (String entry : path.split(File.pathSeparator)) {
			Path file = Path.of(entry);
			if (Files.exists(file)) {
				this.entries.put(file, Files.isDirectory(file) ? directory(file) : jar(file));
			}
		}
	}

	private static Map<String, Content> directory(Path directory) {
		Map<String, Content> contents = new HashMap<>();
		try (Stream<Path> files = Files.walk(directory)) {
			files.forEach((file) -> contents.put(directory.relativize(file).toString().replace('\\', '/'),
					new Content(file.toUri(), () -> Files.newInputStream(file))));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return contents;
	}

	private static Map<String, Content> jar(Path file) {
		Map<String, Content> contents = new HashMap<>();
		try {
			JarFile jar = new JarFile(file.toFile(), false, JarFile.OPEN_READ, Runtime.version());
			jar.versionedStream().forEach((entry) -> {
				Content content = new Content(URI.create("jar:" + file.toUri() + "!/" + entry.getRealName()),
						() -> jar.getInputStream(entry));
				contents.put(entry.getName(), content);
				contents.put(entry.getName().replaceFirst("/$", ""), content);
			});
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return contents;
	}

	/**
	 * A class loader of all of it but some entries. It knows the JDK besides, and nothing
	 * of the tests' own class loader.
	 */
	ClassLoader loader(Predicate<Path> without) {
		Map<String, List<Content>> found = new HashMap<>();
		this.entries.forEach((entry, contents) -> {
			if (!without.test(entry)) {
				contents.forEach((name, content) -> found.merge(name, List.of(content),
						(first, more) -> Stream.concat(first.stream(), more.stream()).toList()));
			}
		});
		return new Loader(found);
	}

	private record Content(URI uri, Source source) {

		byte[] bytes() throws IOException {
			try (InputStream in = this.source.open()) {
				return in.readAllBytes();
			}
		}

		URL url() {
			try {
				return this.uri.toURL();
			}
			catch (MalformedURLException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	private interface Source {

		InputStream open() throws IOException;

	}

	private static final class Loader extends ClassLoader {

		static {
			registerAsParallelCapable();
		}

		private final Map<String, List<Content>> found;

		Loader(Map<String, List<Content>> found) {
			super(ClassLoader.getPlatformClassLoader());
			this.found = found;
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			List<Content> contents = this.found.get(name.replace('.', '/') + ".class");
			if (contents == null) {
				throw new ClassNotFoundException(name);
			}
			try {
				byte[] bytes = contents.get(0).bytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

		@Override
		protected @Nullable URL findResource(String name) {
			List<Content> contents = this.found.get(name);
			return (contents != null) ? contents.get(0).url() : null;
		}

		@Override
		protected Enumeration<URL> findResources(String name) {
			return Collections
				.enumeration(this.found.getOrDefault(name, List.of()).stream().map(Content::url).toList());
		}

	}

}
