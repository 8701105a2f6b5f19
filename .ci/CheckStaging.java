import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import javax.xml.xpath.XPathNodes;

import org.w3c.dom.Document;

/**
 * Checks a folder that a release was deployed into: what Maven Central asks for, and what we promise. Runs from source:
 * java .ci/CheckStaging.java FOLDER VERSION
 */
public final class CheckStaging {

	private static final String GROUP = "io/cancelscope";

	private static final String PARENT = "cancel-scope";

	private static final String BOM = "cancel-scope-bom";

	private static final String CORE = "cancel-scope-core";

	private static final String STARTER = "cancel-scope-spring-boot-starter";

	/** What a library consists of: what follows its name and version. */
	private static final List<String> LIBRARY = List.of(".pom", ".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json",
			"-cyclonedx.xml");

	/** Artifact -> what it consists of. */
	private static final Map<String, List<String>> ARTIFACTS = new TreeMap<>(
			Map.of(PARENT, List.of(".pom"), BOM, List.of(".pom"), CORE, LIBRARY, STARTER, LIBRARY));

	/** Class files of Java 17. */
	private static final int MAJOR = 61;

	private final Path folder;

	private final String version;

	private final boolean signed;

	private final List<String> problems = new ArrayList<>();

	private CheckStaging(Path folder, String version) throws IOException {
		this.folder = folder;
		this.version = version;
		this.signed = files(folder, (name) -> name.endsWith(".asc")).findAny().isPresent();
	}

	public static void main(String[] args) throws Exception {
		CheckStaging check = new CheckStaging(Path.of(args[0]), args[1]);
		check.run();
		check.problems.forEach((problem) -> System.out.println("WRONG: " + problem));
		if (!check.problems.isEmpty()) {
			System.exit(1);
		}
	}

	private void run() throws Exception {
		list();
		nothingElse();
		for (Map.Entry<String, List<String>> artifact : ARTIFACTS.entrySet()) {
			for (String kind : artifact.getValue()) {
				Path file = file(artifact.getKey(), kind);
				if (file == null) {
					this.problems.add(artifact.getKey() + " has no " + kind);
					continue;
				}
				checksums(file);
				signature(file);
			}
		}
		if (this.problems.isEmpty()) {
			for (String artifact : ARTIFACTS.keySet()) {
				pom(artifact);
			}
			library(CORE, "io.cancelscope", false, Set.of("jspecify"));
			library(STARTER, "io.cancelscope.spring", true, Set.of(CORE, "spring-boot-starter", "spring-aop"));
		}
	}

	private void list() throws IOException {
		System.out.printf("Staged in %s, %s:%n", this.folder, this.signed ? "signed" : "not signed: no key was given");
		for (Path file : files(this.folder, (name) -> !name.matches(".*\\.(md5|sha1|sha256|sha512)")).toList()) {
			System.out.printf("%,12d  %s%n", Files.size(file), this.folder.relativize(file));
		}
	}

	/** No test, no demo, and no second version. */
	private void nothingElse() throws IOException {
		Set<String> artifacts = names(this.folder.resolve(GROUP));
		artifacts.removeIf((name) -> name.startsWith("maven-metadata"));
		if (!artifacts.equals(ARTIFACTS.keySet())) {
			this.problems.add("the artifacts are " + artifacts + ", not " + ARTIFACTS.keySet());
		}
		for (String artifact : artifacts) {
			Set<String> versions = names(this.folder.resolve(GROUP).resolve(artifact));
			versions.removeIf((name) -> name.startsWith("maven-metadata"));
			if (!versions.equals(Set.of(this.version))) {
				this.problems.add("the versions of " + artifact + " are " + versions + ", not " + this.version);
			}
		}
		List<Path> strangers = files(this.folder, (name) -> true)
			.filter((file) -> !file.startsWith(this.folder.resolve(GROUP)))
			.toList();
		if (!strangers.isEmpty()) {
			this.problems.add("not in " + GROUP + ": " + strangers);
		}
	}

	private void checksums(Path file) throws Exception {
		for (String algorithm : List.of("MD5", "SHA-1")) {
			Path sum = file.resolveSibling(file.getFileName() + "." + algorithm.replace("-", "").toLowerCase());
			String actual = HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file)));
			if (!Files.exists(sum) || !Files.readString(sum).strip().equals(actual)) {
				this.problems.add(algorithm + " of " + file.getFileName() + " is missing or wrong");
			}
		}
	}

	private void signature(Path file) {
		if (this.signed && !Files.exists(file.resolveSibling(file.getFileName() + ".asc"))) {
			this.problems.add(file.getFileName() + " is not signed, and others are");
		}
	}

	private void pom(String artifact) throws Exception {
		Path file = file(artifact, ".pom");
		Document pom = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
		boolean inherits = text(pom, "/project/parent/artifactId").equals(PARENT);
		Document parent = inherits ? DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(file(PARENT, ".pom").toFile()) : pom;
		for (String own : List.of("artifactId", "name", "description")) {
			required(artifact, own, text(pom, "/project/" + own));
		}
		for (String inherited : List.of("groupId", "version", "url", "licenses/license/name", "licenses/license/url",
				"developers/developer/name", "scm/connection", "scm/developerConnection", "scm/url")) {
			required(artifact, inherited, text(pom, "/project/" + inherited) + text(parent, "/project/" + inherited));
		}
		if (!text(parent, "/project/version").equals(this.version)) {
			this.problems.add("the version of " + artifact + " is " + text(parent, "/project/version"));
		}
		if (!this.version.endsWith("-SNAPSHOT") && Files.readString(file).contains("-SNAPSHOT")) {
			this.problems.add(file.getFileName() + " mentions a SNAPSHOT");
		}
		for (String unwanted : List.of("repositories", "pluginRepositories", "distributionManagement")) {
			if (!text(pom, "/project/" + unwanted).isEmpty()) {
				this.problems.add(file.getFileName() + " has " + unwanted);
			}
		}
		if (artifact.equals(BOM) && (inherits || !text(pom, "//scope[.='import']").isEmpty())) {
			this.problems.add(BOM + " also brings the versions that we build with");
		}
	}

	private void required(String artifact, String element, String value) {
		if (value.isBlank()) {
			this.problems.add("the POM of " + artifact + " has no " + element);
		}
	}

	private void library(String artifact, String module, boolean automatic, Set<String> dependencies) throws Exception {
		Path jar = file(artifact, ".jar");
		for (String kind : List.of(".jar", "-sources.jar", "-javadoc.jar")) {
			if (!entries(file(artifact, kind)).contains("META-INF/LICENSE")) {
				this.problems.add(artifact + kind + " has no META-INF/LICENSE");
			}
		}
		ModuleDescriptor descriptor = ModuleFinder.of(jar).findAll().iterator().next().descriptor();
		if (!descriptor.name().equals(module) || descriptor.isAutomatic() != automatic) {
			this.problems.add(artifact + " is the module " + descriptor);
		}
		Set<String> sources = entries(file(artifact, "-sources.jar"));
		Set<String> pages = entries(file(artifact, "-javadoc.jar"));
		if (pages.stream().noneMatch((page) -> page.endsWith("/package-summary.html")) || !pages.contains("index.html")) {
			this.problems.add(artifact + "-javadoc.jar has no Javadoc");
		}
		try (ZipFile zip = new ZipFile(jar.toFile())) {
			for (String entry : entries(jar)) {
				if (entry.endsWith(".class")) {
					classFile(artifact, zip, entry, sources);
				}
			}
		}
		sbom(artifact, dependencies);
	}

	private void classFile(String artifact, ZipFile zip, String entry, Set<String> sources) throws IOException {
		String type = entry.substring(0, entry.length() - ".class".length());
		if (type.matches(".*(Test|Tests|IT)")) {
			this.problems.add(artifact + ".jar has the test " + type);
		}
		int nested = type.indexOf('$');
		if (!sources.contains(((nested < 0) ? type : type.substring(0, nested)) + ".java")) {
			this.problems.add(artifact + "-sources.jar has no source of " + type);
		}
		try (InputStream in = zip.getInputStream(zip.getEntry(entry))) {
			byte[] start = in.readNBytes(8);
			int major = (start[6] & 0xff) << 8 | start[7] & 0xff;
			if (major != MAJOR) {
				this.problems.add(type + " is of class file version " + major + ", not " + MAJOR);
			}
		}
	}

	private void sbom(String artifact, Set<String> dependencies) throws Exception {
		Document bom = DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(file(artifact, "-cyclonedx.xml").toFile());
		if (!text(bom, "/bom/metadata/component/name").equals(artifact)
				|| !text(bom, "/bom/metadata/component/version").equals(this.version)) {
			this.problems.add("the SBOM of " + artifact + " is about something else");
		}
		Set<String> components = texts(bom, "/bom/components/component/name");
		if (!components.containsAll(dependencies)) {
			this.problems.add("the SBOM of " + artifact + " does not list " + dependencies + ": " + components);
		}
		if (components.contains("junit-jupiter") || components.contains("archunit")) {
			this.problems.add("the SBOM of " + artifact + " lists libraries of tests: " + components);
		}
		String json = Files.readString(file(artifact, "-cyclonedx.json")).strip();
		if (!json.startsWith("{") || !json.endsWith("}") || !json.matches("(?s).*\"bomFormat\"\\s*:\\s*\"CycloneDX\".*")) {
			this.problems.add("the SBOM of " + artifact + " is no CycloneDX in JSON");
		}
		System.out.printf("SBOM of %s: %d components%n", artifact, components.size());
	}

	/** Versions of snapshots end with the time of their deployment. */
	private Path file(String artifact, String kind) throws IOException {
		Path place = this.folder.resolve(GROUP).resolve(artifact).resolve(this.version);
		String number = this.version.endsWith("-SNAPSHOT")
				? this.version.replaceFirst("SNAPSHOT$", "").replace(".", "\\.") + "[0-9]{8}\\.[0-9]{6}-[0-9]+"
				: this.version.replace(".", "\\.");
		String name = artifact + "-" + number + kind.replace(".", "\\.");
		List<Path> found = files(place, (candidate) -> candidate.matches(name)).toList();
		return (found.size() == 1) ? found.get(0) : null;
	}

	private static Stream<Path> files(Path folder, Predicate<String> name) throws IOException {
		if (!Files.isDirectory(folder)) {
			return Stream.empty();
		}
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter(Files::isRegularFile)
				.filter((file) -> name.test(file.getFileName().toString()))
				.sorted()
				.toList()
				.stream();
		}
	}

	private static Set<String> names(Path folder) throws IOException {
		if (!Files.isDirectory(folder)) {
			return new TreeSet<>();
		}
		try (Stream<Path> files = Files.list(folder)) {
			return files.map((file) -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
		}
	}

	private static Set<String> entries(Path jar) throws IOException {
		try (ZipFile zip = new ZipFile(jar.toFile(), StandardCharsets.UTF_8)) {
			return zip.stream().map(ZipEntry::getName).collect(Collectors.toCollection(TreeSet::new));
		}
	}

	private static String text(Document document, String path) throws Exception {
		return String.join("", texts(document, path));
	}

	private static Set<String> texts(Document document, String path) throws Exception {
		Set<String> texts = new TreeSet<>();
		XPathFactory.newInstance()
			.newXPath()
			.evaluateExpression(path, document, XPathNodes.class)
			.forEach((node) -> texts.add(node.getTextContent().strip()));
		return texts;
	}

}
