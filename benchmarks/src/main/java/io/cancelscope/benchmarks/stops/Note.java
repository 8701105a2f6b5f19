package io.cancelscope.benchmarks.stops;

/**
 * Footnotes of the table.
 */
enum Note {

	/** On timeouts of statements. */
	SECONDS("a", "Timeouts of statements and transactions are whole seconds, so one second is the shortest."),

	/** On the option. */
	INTERRUPT("b", "With the option `interrupt` of the scope, which is off by default."),

	/** On what has no thread to give. */
	STAYS("c", "The work runs on the calling thread, and the library cannot abandon it."),

	/** On the method. */
	ABANDONABLE("d",
			"By `scope.abandonable(…)` around the call. In the columns of the JDK and of Resilience4j, a second"
					+ " thread runs the work anyway."),

	/** On safe points. */
	ASKS("e", "The code checks, here every 5 ms. An interrupt ends it without a check."),

	/** On deadlines of callers. */
	HEADER("f", "The library does not read the deadline of an HTTP request."),

	/** On gRPC's. */
	OWN_CALLS("g", "gRPC calls propagate their deadline to the next server. A plain HTTP request does not have a"
			+ " `Context`.");

	private final String mark;

	private final String text;

	Note(String mark, String text) {
		this.mark = mark;
		this.text = text;
	}

	String mark() {
		return "<sup>" + this.mark + "</sup>";
	}

	String text() {
		return this.text;
	}

}
