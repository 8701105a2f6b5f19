package io.cancelscope.demo.chain;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelReason;
import io.cancelscope.CancelScope;
import io.cancelscope.CancelScopeListener;

/**
 * Reports to the parent process, on standard output, what a service begins and ends: one
 * line each, at once. The parent notes the time, so that the clocks of the processes do
 * not matter.
 */
final class Reports implements CancelScopeListener {

	static final String BEGAN = "began";

	static final String ENDED = "ended";

	static final String CANCELLED = "cancelled";

	static final String LISTENING = "listening";

	static final String STATE = "state";

	private final OutputStream parent = new FileOutputStream(FileDescriptor.out);

	private final AtomicInteger handlers = new AtomicInteger();

	private final AtomicInteger scopes = new AtomicInteger();

	/**
	 * Reports that a thread, or an asynchronous request, is busy, until the result is
	 * closed.
	 */
	Busy busy() {
		this.handlers.incrementAndGet();
		report(BEGAN, "handler");
		return () -> {
			this.handlers.decrementAndGet();
			report(ENDED, "handler");
		};
	}

	void listening(int port) {
		report(LISTENING, String.valueOf(port));
	}

	/**
	 * Reports what is at work now: handlers, scopes, and other threads that are in the
	 * code of the services, counted from their stack traces.
	 */
	void state() {
		String code = Reports.class.getPackageName() + ".";
		long threads = Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.filter((entry) -> entry.getKey() != Thread.currentThread())
			.filter((entry) -> Arrays.stream(entry.getValue())
				.anyMatch((frame) -> frame.getClassName().startsWith(code)))
			.count();
		report(STATE, this.handlers + " " + this.scopes + " " + threads);
	}

	@Override
	public void opened(CancelScope scope) {
		this.scopes.incrementAndGet();
		report(BEGAN, "scope");
	}

	@Override
	public void cancelled(CancelScope scope, CancelReason reason) {
		report(CANCELLED, reason.kind().name());
	}

	@Override
	public void closed(CancelScope scope) {
		this.scopes.decrementAndGet();
		report(ENDED, "scope");
	}

	private synchronized void report(String what, String which) {
		try {
			this.parent.write((what + " " + which + "\n").getBytes(StandardCharsets.US_ASCII));
		}
		catch (IOException ex) {
			// Ignored: the parent is gone, and this process is about to end.
		}
	}

	/** Ends a {@link Reports#busy()}. */
	@FunctionalInterface
	interface Busy extends AutoCloseable {

		@Override
		void close();

	}

}
