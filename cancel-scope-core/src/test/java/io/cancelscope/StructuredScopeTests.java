package io.cancelscope;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Subtasks of the JDK's {@code StructuredTaskScope} run in the scope of whoever forks
 * them. It is in preview, so it is compiled here and run in a JVM of its own.
 */
@Timeout(120)
class StructuredScopeTests {

	private static final String SOURCE = """
			import java.time.Duration;
			import java.util.concurrent.StructuredTaskScope;
			import java.util.concurrent.StructuredTaskScope.Joiner;
			import java.util.concurrent.ThreadFactory;
			import io.cancelscope.*;

			public class Structured {

				public static void main(String[] arguments) throws Exception {
					CancelScopes scopes = CancelScopes.create();
					ThreadFactory threads = scopes.propagating(Thread.ofVirtual().factory());
					scopes.run(ScopeOptions.named("request"), (request) -> {
						try (var tasks = StructuredTaskScope.open(Joiner.<String>allSuccessfulOrThrow(),
								(config) -> config.withThreadFactory(threads))) {
							var one = tasks.fork(() -> CancelScope.current().name());
							var other = tasks.fork(() -> scopes.call(ScopeOptions.named("inner"),
									(scope) -> scope.name() + scope.details().parent().name()));
							tasks.join();
							System.out.println(one.get() + " " + other.get());
						}
					});
					long start = System.nanoTime();
					boolean ended = scopes.tryRun(ScopeOptions.named("late").withTimeout(Duration.ofMillis(200)).interrupt(),
							(late) -> {
						try (var tasks = StructuredTaskScope.open(Joiner.<String>allSuccessfulOrThrow(),
								(config) -> config.withThreadFactory(threads))) {
							tasks.fork(() -> {
								CancelScope.current().sleep(Duration.ofSeconds(60));
								return "value";
							});
							tasks.join();
						}
					});
					boolean quick = System.nanoTime() - start < 30_000_000_000L;
					System.out.println("ran to its end: " + ended + ", quick: " + quick + ", "
							+ CancelScope.current().name() + " " + Thread.interrupted());
				}

			}
			""";

	@TempDir
	private Path folder;

	@BeforeEach
	void needsThePreviewThatThisIsWrittenFor() {
		assumeTrue(Runtime.version().feature() == 25,
				"StructuredTaskScope is in preview, and this is written for that of JDK 25");
	}

	@Test
	void subtasksRunInTheScopeOfWhoForksThemAndEndWithIt() throws Exception {
		compile();

		String printed = run();

		assertThat(printed.lines()).containsExactly("request innerrequest",
				"ran to its end: false, quick: true, root false");
	}

	private void compile() throws Exception {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		assumeTrue(compiler != null, "this JVM comes without a compiler");
		Path source = Files.writeString(this.folder.resolve("Structured.java"), SOURCE);
		int result = compiler.run(null, null, null, "--enable-preview", "--release", "25", "-cp", classPath(), "-d",
				this.folder.toString(), source.toString());
		assertThat(result).as("result of the compiler").isZero();
	}

	private String run() throws Exception {
		String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
		Path printed = this.folder.resolve("printed");
		Process process = new ProcessBuilder(
				List.of(java, "--enable-preview", "-cp", this.folder + File.pathSeparator + classPath(), "Structured"))
			.redirectErrorStream(true)
			.redirectOutput(printed.toFile())
			.start();
		try {
			assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the JVM ends").isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		return Files.readString(printed, StandardCharsets.UTF_8);
	}

	private static String classPath() throws Exception {
		return Path.of(CancelScope.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
	}

}
