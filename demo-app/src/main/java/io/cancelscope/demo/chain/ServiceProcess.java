package io.cancelscope.demo.chain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * One service as the parent sees it: a process of the same jar or class path, which
 * reports what it begins and ends. It never outlives the parent.
 */
final class ServiceProcess implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(120);

	private static final Duration UNTIL_KILLED = Duration.ofSeconds(5);

	private static final String IDLE = "0 0 0";

	private static final int LAST_LINES = 30;

	/** Small and quick to start: it serves one request at a time. */
	private static final List<String> JVM_OPTIONS = List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

	private final Place service;

	private final Ledger ledger;

	private final Process process;

	private final Thread killer;

	private final CompletableFuture<Integer> port = new CompletableFuture<>();

	private final BlockingQueue<String> states = new LinkedBlockingQueue<>();

	/** What it said last on standard error. Guarded by itself. */
	private final Deque<String> lastLines = new ArrayDeque<>();

	private final Thread errors;

	private volatile boolean closing;

	private ServiceProcess(Place service, Ledger ledger, Process process) {
		this.service = service;
		this.ledger = ledger;
		this.process = process;
		this.killer = new Thread(process::destroyForcibly, "killer-" + service.id());
		this.errors = thread("errors", this::readErrors);
	}

	static ServiceProcess start(Place service, Ledger ledger, Collection<String> options) {
		try {
			ServiceProcess process = new ServiceProcess(service, ledger, builder(service, options).start());
			Runtime.getRuntime().addShutdownHook(process.killer);
			process.errors.start();
			process.thread("reports", process::readReports).start();
			return process;
		}
		catch (IOException ex) {
			throw new ChainException("Cannot start the service '" + service.id() + "': " + ex.getMessage() + ".", ex);
		}
	}

	static ProcessBuilder builder(Place service, Collection<String> options) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(JVM_OPTIONS);
		command.addAll(Programs.own());
		command.add(ChainService.OPTION + service);
		command.addAll(options);
		return new ProcessBuilder(command);
	}

	ProcessHandle handle() {
		return this.process.toHandle();
	}

	/** Waits until it listens, and returns its port. */
	int awaitPort() throws InterruptedException {
		try {
			return this.port.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof ChainException cause) ? cause : new IllegalStateException(ex);
		}
		catch (TimeoutException ex) {
			throw new ChainException("Service '" + this.service.id() + "' does not listen after " + PATIENCE.toSeconds()
					+ " s." + lastLines());
		}
	}

	/**
	 * Has the service count what is at work, beside what it reports. A thread may need a
	 * moment to leave after its report.
	 */
	void confirmIdle() throws InterruptedException {
		long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
		@Nullable String state = null;
		while (System.nanoTime() - until < 0) {
			this.ledger.checkFailure();
			say(ChainService.STATE);
			state = this.states.poll(1, TimeUnit.SECONDS);
			if (IDLE.equals(state)) {
				return;
			}
		}
		throw new ChainException("Service '" + this.service.id()
				+ "' reported its last end, but counts (handlers, scopes, threads): " + state + ".");
	}

	private void say(String line) {
		try {
			OutputStream in = this.process.getOutputStream();
			in.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
			in.flush();
		}
		catch (IOException ex) {
			// Ignored: it has ended, which its reader tells everybody.
		}
	}

	private void readReports() {
		try (BufferedReader reports = this.process.inputReader(StandardCharsets.US_ASCII)) {
			for (String line = reports.readLine(); line != null; line = reports.readLine()) {
				report(line);
			}
		}
		catch (IOException | UncheckedIOException ex) {
			// Ignored: it has ended.
		}
		if (!this.closing) {
			ended();
		}
	}

	private void report(String line) {
		String[] words = line.split(" ", 2);
		switch (words[0]) {
			case Reports.BEGAN -> this.ledger.began(this.service);
			case Reports.ENDED -> this.ledger.ended(this.service);
			case Reports.CANCELLED -> this.ledger.cancelled(this.service, words[1]);
			case Reports.LISTENING -> this.port.complete(Integer.valueOf(words[1]));
			case Reports.STATE -> this.states.add(words[1]);
			default ->
				this.ledger.fail(new ChainException("Service '" + this.service.id() + "' reported '" + line + "'."));
		}
	}

	/** It should not have: whoever waits for it is told. */
	private void ended() {
		String status = "?";
		try {
			status = String.valueOf(this.process.waitFor());
			this.errors.join(TimeUnit.SECONDS.toMillis(5));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		ChainException ex = new ChainException(
				"Service '" + this.service.id() + "' ended with exit status " + status + "." + lastLines());
		// In this order: whoever is woken by its port finds the failure in the ledger.
		this.ledger.fail(ex);
		this.port.completeExceptionally(ex);
	}

	private void readErrors() {
		try (BufferedReader errors = this.process.errorReader()) {
			for (String line = errors.readLine(); line != null; line = errors.readLine()) {
				synchronized (this.lastLines) {
					this.lastLines.add(line);
					if (this.lastLines.size() > LAST_LINES) {
						this.lastLines.remove();
					}
				}
			}
		}
		catch (IOException | UncheckedIOException ex) {
			// Ignored: it has ended.
		}
	}

	private String lastLines() {
		synchronized (this.lastLines) {
			return this.lastLines.isEmpty() ? ""
					: " Its last lines:" + System.lineSeparator() + String.join(System.lineSeparator(), this.lastLines);
		}
	}

	private Thread thread(String name, Runnable work) {
		Thread thread = new Thread(work, this.service.id() + "-" + name);
		thread.setDaemon(true);
		return thread;
	}

	@Override
	public void close() {
		this.closing = true;
		say(ChainService.END);
		try {
			if (!this.process.waitFor(UNTIL_KILLED.toSeconds(), TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor(UNTIL_KILLED.toSeconds(), TimeUnit.SECONDS);
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
		forgetKiller();
	}

	private void forgetKiller() {
		try {
			Runtime.getRuntime().removeShutdownHook(this.killer);
		}
		catch (IllegalStateException ex) {
			// Ignored: this process is ending, and the hook has run.
		}
	}

}
