package io.cancelscope;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.ProcessBuilder.Redirect;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The core on the module path: the only tests that do not have it on the class path. A
 * small module that uses it is compiled and run by the JDK that runs the tests.
 */
@Timeout(60)
class ModulePathTests {

	private static final List<String> PACKAGES = List.of("io.cancelscope", "io.cancelscope.group",
			"io.cancelscope.testing", "io.cancelscope.thread");

	private static final String CONSUMER = """
			package consumer;

			import io.cancelscope.CancelScopes;
			import io.cancelscope.DeadlineExceededException;
			import io.cancelscope.ScopeOptions;
			import io.cancelscope.group.TaskGroup;
			import io.cancelscope.testing.ManualTime;
			import io.cancelscope.thread.ScopeThreads;

			import java.time.Duration;
			import java.util.concurrent.ExecutorService;
			import java.util.concurrent.Executors;
			import java.util.concurrent.Future;

			public final class Main {

				public static void main(String[] args) throws Exception {
					System.out.println("uses " + CancelScopes.class.getModule() + " from " + Main.class.getModule());
					stopAtDeadline();
					forkInScopeOfSystemTime();
					lookInside("io.cancelscope.ScopeNode");
				}

				static void stopAtDeadline() {
					ManualTime time = new ManualTime();
					CancelScopes scopes = time.scopes();
					try {
						scopes.run(ScopeOptions.timeout(Duration.ofMillis(800)).withName("quote"), (scope) -> {
							time.advance(Duration.ofSeconds(1));
							scopes.check();
						});
					}
					catch (DeadlineExceededException ex) {
						System.out.println("stopped: " + ex.getMessage());
					}
				}

				static void forkInScopeOfSystemTime() throws Exception {
					ExecutorService executor = Executors.newFixedThreadPool(2, ScopeThreads.factory("consumer-"));
					try (TaskGroup group = TaskGroup.open(CancelScopes.create(), ScopeOptions.named("group"), executor)) {
						Future<String> answer = group.fork(() -> "answer");
						group.join();
						System.out.println("forked: " + answer.get());
					}
					executor.shutdown();
				}

				static void lookInside(String hidden) throws Exception {
					try {
						Class.forName(hidden).getDeclaredFields()[0].setAccessible(true);
						System.out.println("accessible");
					}
					catch (RuntimeException ex) {
						System.out.println("hidden: " + ex.getClass().getName());
					}
				}

			}
			""";

	@TempDir
	static Path folder;

	private static String printed;

	@BeforeAll
	static void compileAndRunModule() throws Exception {
		Path sources = Files.createDirectories(folder.resolve("consumer"));
		Files.writeString(folder.resolve("module-info.java"), "module consumer { requires io.cancelscope; }");
		Files.writeString(sources.resolve("Main.java"), CONSUMER);
		Path classes = folder.resolve("classes");
		compile("--module-path", core() + File.pathSeparator + home(Nullable.class), "-d", classes.toString(),
				folder.resolve("module-info.java").toString(), sources.resolve("Main.java").toString());
		// Without the annotations: only compilers look at them.
		printed = run("--module-path", core() + File.pathSeparator + classes, "--module", "consumer/consumer.Main");
	}

	@Test
	void namedModuleUsesEveryPackage() {
		assertThat(printed.lines()).containsSubsequence("uses module io.cancelscope from module consumer",
				"stopped: scope 'quote' (800ms) exceeded its deadline", "forked: answer");
	}

	/** On the class path it could: there, reflection opens everything. */
	@Test
	void namedModuleCannotReachInside() {
		assertThat(printed.lines()).contains("hidden: java.lang.reflect.InaccessibleObjectException")
			.doesNotContain("accessible");
	}

	/** A package that this test does not list is a decision: is it for users? */
	@Test
	void moduleExportsWhatIsForUsersAndOpensNothing() throws Exception {
		ModuleDescriptor core = ModuleFinder.of(core()).find("io.cancelscope").orElseThrow().descriptor();

		assertThat(core.isAutomatic()).isFalse();
		assertThat(core.exports()).allMatch((exported) -> !exported.isQualified())
			.extracting(Exports::source)
			.containsExactlyInAnyOrderElementsOf(PACKAGES);
		assertThat(core.packages()).containsExactlyInAnyOrderElementsOf(PACKAGES);
		assertThat(core.opens()).isEmpty();
	}

	@Test
	void moduleNeedsOnlyTheJdkWhenItRuns() throws Exception {
		ModuleDescriptor core = ModuleFinder.of(core()).find("io.cancelscope").orElseThrow().descriptor();

		assertThat(core.requires()).filteredOn((required) -> !required.modifiers().contains(Requires.Modifier.STATIC))
			.extracting(Requires::name)
			.containsExactly("java.base");
		assertThat(core.requires()).extracting(Requires::name).isSubsetOf(Set.of("java.base", "org.jspecify"));
	}

	private static Path core() throws URISyntaxException {
		return home(CancelScopes.class);
	}

	private static Path home(Class<?> type) throws URISyntaxException {
		return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
	}

	private static void compile(String... arguments) {
		StringWriter messages = new StringWriter();
		PrintWriter writer = new PrintWriter(messages);
		int result = ToolProvider.findFirst("javac").orElseThrow().run(writer, writer, arguments);

		assertThat(result).as("javac said: %s", messages).isZero();
	}

	private static String run(String... arguments) throws IOException, InterruptedException {
		Path output = folder.resolve("output");
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		builder.command().addAll(List.of(arguments));
		Process process = builder.redirectErrorStream(true).redirectOutput(Redirect.to(output.toFile())).start();
		try {
			assertThat(process.waitFor(300, TimeUnit.SECONDS)).as("the module ended: %s", Files.readString(output))
				.isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		String text = Files.readString(output);

		assertThat(process.exitValue()).as("exit code; printed: %s", text).isZero();
		return text;
	}

}
