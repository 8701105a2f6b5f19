package io.cancelscope.spring.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A {@link NodeProgram} as the test sees it.
 */
final class NodeProcess implements AutoCloseable {

	private static final long PATIENCE_SECONDS = 60;

	private static final String END = "end";

	private final Process process;

	private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

	/** What was read while something else was awaited. */
	private final List<String> others = new ArrayList<>();

	private NodeProcess(Process process) {
		this.process = process;
		Thread reader = new Thread(this::read, "node-reader");
		reader.setDaemon(true);
		reader.start();
	}

	static NodeProcess start(List<String> properties) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
				NodeProgram.class.getName()));
		properties.forEach((property) -> command.add("--" + property));
		return new NodeProcess(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
	}

	private void read() {
		try (BufferedReader reader = this.process.inputReader(StandardCharsets.UTF_8)) {
			reader.lines().forEach(this.lines::add);
		}
		catch (IOException | UncheckedIOException ex) {
			// Ignored: it has ended.
		}
		this.lines.add(END);
	}

	void say(String line) throws IOException {
		this.process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
		this.process.getOutputStream().flush();
	}

	/** Waits for a line that begins so, and returns its words. */
	String[] await(String begin) throws InterruptedException {
		for (String line : this.others) {
			if (matches(line, begin)) {
				this.others.remove(line);
				return line.split(" ");
			}
		}
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
		while (true) {
			String line = this.lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
			if (line == null || line.equals(END)) {
				throw new IllegalStateException("No line '" + begin + "' but " + this.others
						+ ((line != null) ? ", and the process ended" : ""));
			}
			if (matches(line, begin)) {
				return line.split(" ");
			}
			this.others.add(line);
		}
	}

	private static boolean matches(String line, String begin) {
		return line.equals(begin) || line.startsWith(begin + " ");
	}

	/** Returns whether it has said so, without waiting. */
	boolean hasSaid(String begin) {
		this.lines.drainTo(this.others);
		return this.others.stream().anyMatch((line) -> matches(line, begin));
	}

	boolean isConnected() throws IOException, InterruptedException {
		say("connected");
		return Boolean.parseBoolean(await("connected")[1]);
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
		try {
			this.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
