package io.cancelscope.benchmarks.stops;

import java.util.List;
import java.util.Map;

import io.cancelscope.benchmarks.report.Figures;
import io.cancelscope.benchmarks.stops.Times.What;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table and of the chart.
 *
 * @param kind the scenario
 * @param what what of it is looked at
 * @param label what it is, for people
 * @param notes footnotes to cells, with or without a figure
 */
record Row(Kind kind, What what, String label, Map<Contender, Note> notes) {

	/** All, in their order. */
	static List<Row> all() {
		return List.of(
				new Row(Kind.QUERY, What.ANSWER, "Slow SQL: the caller continues",
						Map.of(Contender.OWN_TIMEOUTS, Note.SECONDS)),
				new Row(Kind.QUERY, What.GONE, "Slow SQL: the query is gone in the database",
						Map.of(Contender.OWN_TIMEOUTS, Note.SECONDS)),
				new Row(Kind.HTTP, What.ANSWER, "Silent service, JDK client: the caller continues", Map.of()),
				new Row(Kind.HTTP, What.GONE, "Silent service, JDK client: the connection is closed", Map.of()),
				new Row(Kind.HTTP_COMPONENTS, What.ANSWER, "Silent service, Apache client: the caller continues",
						Map.of()),
				new Row(Kind.HTTP_COMPONENTS, What.GONE, "Silent service, Apache client: the connection is closed",
						Map.of()),
				new Row(Kind.WAIT, What.ANSWER, "A wait without a timeout: the caller continues", Map.of()),
				new Row(Kind.WAIT, What.GONE, "A wait without a timeout: the thread is free",
						Map.of(Contender.CANCEL_SCOPE, Note.INTERRUPT)),
				new Row(Kind.DEAF, What.ANSWER,
						"Code that neither checks nor reacts to interrupts: the caller continues", Map.of()),
				new Row(Kind.DEAF_LEFT, What.ANSWER, "The same code, abandoned on request: the caller continues",
						Map.of(Contender.SPRING_RETRY, Note.STAYS, Contender.GRPC_CONTEXT, Note.STAYS,
								Contender.CANCEL_SCOPE, Note.ABANDONABLE)),
				new Row(Kind.NESTED, What.ANSWER, "Nested budgets of 300, 500 and 200 ms: the caller continues",
						Map.of()),
				new Row(Kind.NESTED, What.GONE, "Nested budgets of 300, 500 and 200 ms: the work ends",
						Map.of(Contender.GRPC_CONTEXT, Note.ASKS, Contender.CANCEL_SCOPE, Note.ASKS)),
				new Row(Kind.ASYNC, What.ANSWER, "@Async method: the caller continues", Map.of()),
				new Row(Kind.ASYNC, What.GONE, "@Async method: it ends",
						Map.of(Contender.GRPC_CONTEXT, Note.ASKS, Contender.CANCEL_SCOPE, Note.ASKS)),
				new Row(Kind.FAN_OUT, What.ANSWER, "Three tasks, one fails after 50 ms: the caller continues",
						Map.of()),
				new Row(Kind.FAN_OUT, What.GONE, "Three tasks, one fails after 50 ms: the others end",
						Map.of(Contender.GRPC_CONTEXT, Note.ASKS, Contender.CANCEL_SCOPE, Note.ASKS)),
				new Row(Kind.LEAVE, What.GONE, "Client disconnects from a blocking Tomcat handler: the work ends",
						Map.of()),
				headerRow(What.ANSWER, "Deadline in a request header: the caller has a response"),
				headerRow(What.GONE, "Deadline in a request header: the query is gone in the database"));
	}

	private static Row headerRow(What what, String label) {
		return new Row(Kind.HEADER, what, label,
				Map.of(Contender.OWN_TIMEOUTS, Note.HEADER, Contender.OR_TIMEOUT, Note.HEADER, Contender.RESILIENCE4J,
						Note.HEADER, Contender.RESILIENCE4J_FUTURE, Note.HEADER, Contender.FAILSAFE, Note.HEADER,
						Contender.SMALLRYE, Note.HEADER, Contender.SPRING_RETRY, Note.HEADER, Contender.GRPC_CONTEXT,
						Note.OWN_CALLS));
	}

	/** The median in milliseconds; null where there is none. */
	@Nullable Double millis(Figures figures, Contender contender) {
		String name = this.kind.figure(this.what, contender);
		return figures.has(name) ? Double.valueOf(figures.get(name).median()) : null;
	}

	@Nullable Note note(Contender contender) {
		return this.notes.get(contender);
	}

}
