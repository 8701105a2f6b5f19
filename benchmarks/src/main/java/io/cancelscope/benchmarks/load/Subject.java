package io.cancelscope.benchmarks.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * A way to keep to a budget.
 */
enum Subject {

	/** The starter, on top of what {@link #BOOT} has. */
	CANCEL_SCOPE,

	/** The timeouts of Spring Boot, of the pool, and of the waits, nothing else. */
	BOOT,

	/**
	 * The same, and {@code ExecutorService.invokeAll} with a timeout, which interrupts.
	 */
	INVOKE_ALL,

	/** The same as {@link #BOOT}, but nobody waits long for a connection. */
	SHORT_QUEUE,

	/** Resilience4j's TimeLimiter over a CompletableFuture, cancelling it. */
	TIME_LIMITER;

	/** Without what only varies another one, where there is little time. */
	static List<Subject> chosen(List<Subject> subjects, boolean quick) {
		return subjects.stream()
			.filter((subject) -> !quick || (subject != INVOKE_ALL && subject != SHORT_QUEUE))
			.toList();
	}

	/** Another one goes first in each round. */
	static List<Subject> inTurn(List<Subject> subjects, int round) {
		List<Subject> turned = new ArrayList<>(subjects);
		Collections.rotate(turned, -round);
		return turned;
	}

	/** As the names of figures end. */
	String id() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
