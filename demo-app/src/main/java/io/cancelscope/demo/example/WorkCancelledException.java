package io.cancelscope.demo.example;

import java.io.Serial;
import java.util.function.Function;

import io.cancelscope.CancelReason;

/**
 * An exception of the application's own, thrown by {@code check()} instead of the
 * library's.
 */
final class WorkCancelledException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String line;

	private WorkCancelledException(String line) {
		super(line);
		this.line = line;
	}

	/** Returns what the examples print for it. */
	String line() {
		return this.line;
	}

	/** Makes one for each check of the work of that name. */
	static Function<CancelReason, WorkCancelledException> of(String work) {
		return (reason) -> new WorkCancelledException(work + " cancelled!");
	}

}
