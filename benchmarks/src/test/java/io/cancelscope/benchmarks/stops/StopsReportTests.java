package io.cancelscope.benchmarks.stops;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;

import io.cancelscope.benchmarks.report.Figures;
import io.cancelscope.benchmarks.stops.Times.What;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of the table and of the chart.
 */
class StopsReportTests {

	private final Figures figures = new Figures();

	@Test
	void whatNobodyStoppedIsSaidToBeSo() {
		add(Kind.DEAF, What.ANSWER, Contender.RESILIENCE4J, 305);
		add(Kind.DEAF, What.ANSWER, Contender.CANCEL_SCOPE, 1_504);

		assertThat(row("Code that neither")).endsWith(": the caller continues | **305** | not stopped (1,504) |");
	}

	@Test
	void workOfOtherLengthHasAnotherEnd() {
		add(Kind.LEAVE, What.GONE, Contender.FAILSAFE, 1_402);
		add(Kind.NESTED, What.GONE, Contender.FAILSAFE, 1_402);
		add(Kind.NESTED, What.GONE, Contender.RESILIENCE4J, 1_702);

		assertThat(row("Client disconnects")).endsWith("|  | not stopped (1,402) |");
		assertThat(row("Nested budgets of 300, 500 and 200 ms: the work"))
			.endsWith("| not stopped (1,702) | **1,402** |");
	}

	@Test
	void theLeastIsBoldAndWhatIsAsGoodAsThat() {
		add(Kind.HTTP, What.GONE, Contender.OWN_TIMEOUTS, 304);
		add(Kind.HTTP, What.GONE, Contender.SMALLRYE, 307.4);
		add(Kind.HTTP, What.GONE, Contender.CANCEL_SCOPE, 302);

		assertThat(row("Silent service, JDK client: the connection")).endsWith("| **304** | 307 | **302** |");
	}

	@Test
	void mediansCount() {
		add(Kind.QUERY, What.GONE, Contender.CANCEL_SCOPE, 310);
		add(Kind.QUERY, What.GONE, Contender.CANCEL_SCOPE, 390);
		add(Kind.QUERY, What.GONE, Contender.CANCEL_SCOPE, 305);

		assertThat(row("Slow SQL: the query")).endsWith("| **310** |");
	}

	@Test
	void whatCannotBeSaidIsEmptyAndHasANote() {
		add(Kind.QUERY, What.GONE, Contender.FAILSAFE, 1_507);
		add(Kind.QUERY, What.GONE, Contender.GRPC_CONTEXT, 1_507);
		add(Kind.HEADER, What.GONE, Contender.CANCEL_SCOPE, 320);

		assertThat(row("Deadline in a request header: the query"))
			.endsWith("| <sup>f</sup> | <sup>g</sup> | **320** |");
		assertThat(new Matrix(this.figures).notes()).filteredOn((note) -> note.contains("<sup>f</sup>"))
			.containsExactly("- <sup>f</sup> The library does not read the deadline of an HTTP request.");
	}

	@Test
	void notesOfThoseWhoWereNotMeasuredAreLeftOut() {
		add(Kind.QUERY, What.GONE, Contender.FAILSAFE, 1_507);

		assertThat(new Matrix(this.figures).notes())
			.containsExactly("- <sup>f</sup> The library does not read the deadline of an HTTP request.");
	}

	@Test
	void transactionsAreCounted() {
		add(Kind.QUERY, What.GONE, Contender.FAILSAFE, 1_507);
		add(Kind.QUERY, What.GONE, Contender.CANCEL_SCOPE, 310);
		for (int committed : new int[] { 1, 0, 1 }) {
			this.figures.add(Kind.TRANSACTION.id() + "committed/failsafe", "committed", committed);
			this.figures.add(Kind.TRANSACTION.id() + "committed/cancel-scope", "committed", 0);
		}

		assertThat(row("Late transaction")).endsWith("| 2 of 3 | **0 of 3** |");
	}

	@Test
	void whereAnotherOneIsSoonerIsSaid() {
		add(Kind.FAN_OUT, What.GONE, Contender.GRPC_CONTEXT, 53);
		add(Kind.FAN_OUT, What.GONE, Contender.FAILSAFE, 302);
		add(Kind.FAN_OUT, What.GONE, Contender.CANCEL_SCOPE, 57);
		add(Kind.HTTP, What.GONE, Contender.GRPC_CONTEXT, 304);
		add(Kind.HTTP, What.GONE, Contender.CANCEL_SCOPE, 306);
		add(Kind.DEAF, What.ANSWER, Contender.RESILIENCE4J, 305);
		add(Kind.DEAF, What.ANSWER, Contender.FAILSAFE, 1_490);
		add(Kind.DEAF, What.ANSWER, Contender.CANCEL_SCOPE, 1_504);

		assertThat(new Matrix(this.figures).soonerThanOurs()).containsExactly(
				"- Code that neither checks nor reacts to interrupts: the caller continues: Resilience4j CompletableFuture"
						+ " 305; cancel-scope not stopped.",
				"- Three tasks, one fails after 50 ms: the others end: gRPC Context 53; cancel-scope 57.");
	}

	@Test
	void reportHasAllOfIt(@TempDir Path found, @TempDir Path results) throws Exception {
		add(Kind.NESTED, What.GONE, Contender.RESILIENCE4J, 1_702);
		add(Kind.NESTED, What.GONE, Contender.CANCEL_SCOPE, 303);
		this.figures.write(found.resolve("all.tsv"));
		Files.write(found.resolve("cancel-scope.messages"), List.of("QUERY\tother", "NESTED\tjava.Late: a|b"));

		StopsReport.main(found.toString(), results.toString(), "stops", "On this machine.");

		assertThat(Files.readAllLines(results.resolve("stops.md")))
			.startsWith("# What stops, and when", "", "On this machine.")
			.contains("![What stops, and when](stops.svg)", "- None in this run.",
					"| Resilience4j CompletableFuture | none, the call returns its result |",
					"| cancel-scope | `java.Late: a\\|b` |",
					"| Stops.nested.gone/cancel-scope | 303 ms | 303 | 303 | 1 |");
		Document svg = svg(results.resolve("stops.svg"));
		assertThat(svg.getDocumentElement().getTextContent()).contains("303", "1,702", "CompletableFuture");
		assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(3);
	}

	@Test
	void unknownContenderIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> Contender.of("guava"))
			.withMessageContaining("'guava' is none of [own-timeouts, ")
			.withMessageEndingWith("Name one of them.");
	}

	private static Document svg(Path file) throws Exception {
		return DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new InputSource(new StringReader(read(file))));
	}

	private static String read(Path file) throws IOException {
		return Files.readString(file);
	}

	private String row(String begin) {
		return new Matrix(this.figures).table()
			.stream()
			.filter((line) -> line.startsWith("| " + begin))
			.findFirst()
			.orElseThrow();
	}

	private void add(Kind kind, What what, Contender contender, double millis) {
		this.figures.add(kind.figure(what, contender), "ms", millis);
	}

}
