package io.cancelscope.spring.aop;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.aspectj.weaver.loadtime.Agent;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs a test class in another JVM, in which the load-time weaver is at work.
 */
final class WovenJvm {

	/** Set in the other JVM. */
	static final String PROPERTY = "cancelscope.test.woven";

	private static final String PASSED = "passed";

	private static final Map<Class<?>, WovenJvm> known = new ConcurrentHashMap<>();

	private final Properties results;

	private WovenJvm(Properties results) {
		this.results = results;
	}

	/** Whether this is the JVM with the weaver. */
	static boolean isThis() {
		return Boolean.getBoolean(PROPERTY);
	}

	/** Runs the tests of a class there, once, whoever asks for what came out. */
	static WovenJvm resultsOf(Class<?> tests) {
		return known.computeIfAbsent(tests, (type) -> {
			try {
				return run(type);
			}
			catch (IOException | URISyntaxException | InterruptedException ex) {
				throw new AssertionError(ex);
			}
		});
	}

	private static WovenJvm run(Class<?> tests) throws IOException, URISyntaxException, InterruptedException {
		Path results = Files.createTempFile("woven", ".properties");
		Path log = Files.createTempFile("woven", ".log");
		String weaver = Path.of(Agent.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-javaagent:" + weaver, "-D" + PROPERTY + "=true", "-cp",
				classPath(), WovenJvm.class.getName(), tests.getName(), results.toString())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("the JVM with the weaver came to an end").isTrue();
			assertThat(process.exitValue()).as(() -> text(log)).isZero();
			Properties properties = new Properties();
			try (InputStream in = Files.newInputStream(results)) {
				properties.load(in);
			}
			assertThat(properties).as(() -> text(log)).isNotEmpty();
			return new WovenJvm(properties);
		}
		finally {
			process.destroyForcibly();
			Files.delete(results);
			Files.delete(log);
		}
	}

	/** Surefire's own may be a jar that only points to others. */
	private static String classPath() {
		return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
			.replace(File.pathSeparator + File.pathSeparator, File.pathSeparator);
	}

	private static String text(Path log) {
		try {
			return Files.readString(log);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	Set<String> tests() {
		return new TreeSet<>(this.results.stringPropertyNames());
	}

	void assertPassed(String test) {
		assertThat(this.results.getProperty(test)).as(test).isEqualTo(PASSED);
	}

	public static void main(String[] arguments) throws IOException {
		Properties results = new Properties();
		LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
			.selectors(List.of(DiscoverySelectors.selectClass(arguments[0])))
			.build();
		LauncherFactory.create().execute(request, new TestExecutionListener() {

			@Override
			public void executionFinished(TestIdentifier test, TestExecutionResult result) {
				String text = result.getThrowable().map(WovenJvm::stackTrace).orElse(PASSED);
				if (test.isTest() || !text.equals(PASSED)) {
					results.put(test.getDisplayName(), text);
				}
			}

			@Override
			public void executionSkipped(TestIdentifier test, String reason) {
				results.put(test.getDisplayName(), "skipped: " + reason);
			}

		});
		try (OutputStream out = Files.newOutputStream(Path.of(arguments[1]))) {
			results.store(out, null);
		}
		System.exit(0);
	}

	private static String stackTrace(Throwable thrown) {
		StringWriter text = new StringWriter();
		thrown.printStackTrace(new PrintWriter(text));
		return text.toString();
	}

}
