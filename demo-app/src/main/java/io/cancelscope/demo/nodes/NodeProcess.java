package io.cancelscope.demo.nodes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.cancelscope.demo.chain.ChainException;
import io.cancelscope.demo.chain.Programs;

/**
 * A trip desk as the parent sees it: a process of the same jar or class path. It never
 * outlives the parent.
 */
final class NodeProcess implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(180);

	private static final Duration UNTIL_KILLED = Duration.ofSeconds(5);

	private static final int LAST_LINES = 30;

	private static final String OPEN = "The trip desk is open: ";

	/** Small and quick to start: it serves one person. */
	private static final List<String> JVM_OPTIONS = List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

	private final String name;

	private final Process process;

	private final Thread killer;

	private final Consumer<String> out;

	private final Runnable atEnd;

	private final CompletableFuture<Void> open = new CompletableFuture<>();

	/** What it said last. Guarded by itself. */
	private final Deque<String> lastLines = new ArrayDeque<>();

	private volatile boolean closing;

	private NodeProcess(String name, Process process, Consumer<String> out, Runnable atEnd) {
		this.name = name;
		this.process = process;
		this.out = out;
		this.atEnd = atEnd;
		this.killer = new Thread(process::destroyForcibly, "killer of " + name);
	}

	/**
	 * Starts one.
	 * @param options options of Spring
	 * @param environment further variables of its environment
	 * @param atEnd called when it ends by itself
	 */
	static NodeProcess start(String name, Collection<String> options, Map<String, String> environment,
			Consumer<String> out, Runnable atEnd) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(JVM_OPTIONS);
		command.addAll(Programs.own());
		command.addAll(options);
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().putAll(environment);
		try {
			NodeProcess node = new NodeProcess(name, builder.start(), out, atEnd);
			Runtime.getRuntime().addShutdownHook(node.killer);
			Thread reader = new Thread(node::read, name);
			reader.setDaemon(true);
			reader.start();
			return node;
		}
		catch (IOException ex) {
			throw new ChainException("Cannot start " + name + ": " + ex.getMessage() + ".", ex);
		}
	}

	/** Waits until it listens. */
	void awaitOpen() throws InterruptedException {
		try {
			this.open.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw new ChainException(obituary(), ex);
		}
		catch (TimeoutException ex) {
			throw new ChainException(this.name + " does not listen after " + PATIENCE.toSeconds() + " s." + lastLines(),
					ex);
		}
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader()) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				said(line);
			}
		}
		catch (IOException | UncheckedIOException ex) {
			// Ignored: it has ended.
		}
		if (!this.closing) {
			this.open.completeExceptionally(new IllegalStateException("Ended"));
			this.atEnd.run();
		}
	}

	private void said(String line) {
		synchronized (this.lastLines) {
			this.lastLines.add(line);
			if (this.lastLines.size() > LAST_LINES) {
				this.lastLines.remove();
			}
		}
		if (line.startsWith(OPEN)) {
			this.open.complete(null);
		}
		if (this.open.isDone() && line.contains(" WARN ")) {
			this.out.accept(this.name + ": " + line);
		}
	}

	boolean hasEnded() {
		try {
			// Its output has ended a moment before.
			return this.process.waitFor(1, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/** Says how it ended, and what it said last. */
	String obituary() {
		return this.name + " ended" + (hasEnded() ? " with exit status " + this.process.exitValue() : "") + "."
				+ lastLines();
	}

	private String lastLines() {
		synchronized (this.lastLines) {
			return this.lastLines.isEmpty() ? ""
					: " Its last lines:" + System.lineSeparator() + String.join(System.lineSeparator(), this.lastLines);
		}
	}

	@Override
	public void close() {
		this.closing = true;
		try {
			// It ends when its input does.
			this.process.getOutputStream().close();
			if (!this.process.waitFor(UNTIL_KILLED.toSeconds(), TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor(UNTIL_KILLED.toSeconds(), TimeUnit.SECONDS);
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
		catch (IOException ex) {
			this.process.destroyForcibly();
		}
		try {
			Runtime.getRuntime().removeShutdownHook(this.killer);
		}
		catch (IllegalStateException ex) {
			// Ignored: this process is ending, and the hook has run.
		}
	}

}
