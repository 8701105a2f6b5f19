package io.cancelscope.demo.chain;

import java.io.StringReader;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import javax.xml.parsers.DocumentBuilderFactory;

import io.cancelscope.demo.chain.Ledger.Stay;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is printed and drawn of the runs.
 */
class ResultsTests {

	private static final long MILLIS = 1_000_000;

	@Test
	void summaryCountsTheTimesAndTakesBothCauses() {
		Results results = new Results(runs(10, 12, 40), runs(1700, 1700, 1700));

		assertThat(results.summary())
			.isEqualTo("chain: 3 runs, all three idle after median 12 ms, worst 40 ms; without cancel-scope 1700 ms");
	}

	@Test
	void tableTellsWhereWhenAndWhy() {
		List<String> table = new Results(runs(10, 12, 40), runs(1700, 1700, 1700)).table();

		assertThat(table).contains("The client leaves after 150 ms. Then work goes on for nobody, in 3 runs:",
				"  where                           median    worst   cancelled by             median",
				"  1  HTTP  GET /trips              12 ms    40 ms   DISCONNECTED            1700 ms",
				"  all three services idle          12 ms    40 ms                           1700 ms");
		assertThat(table).filteredOn((line) -> line.contains("select")).hasSize(2);
	}

	@Test
	void placeThatEndedBeforeIsIdleAtOnce() {
		Run run = new Run(0, 150 * MILLIS, Map.of(Place.PEER, new Stay(10 * MILLIS, 149 * MILLIS, null)));

		assertThat(run.wasted(Place.PEER)).isZero();
		assertThat(run.wasted(Place.QUERY)).isZero();
	}

	@Test
	void pictureHasABarForEachPlaceOfARunOfEachKind() throws Exception {
		String svg = new Picture(new Results(runs(10), runs(1700))).svg();

		Document document = DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new InputSource(new StringReader(svg)));
		int background = 1;
		int key = 2;
		assertThat(document.getElementsByTagName("rect").getLength())
			.isEqualTo(background + key + 2 * 2 * Place.values().length);
		assertThat(svg).contains("+10 ms", "+1700 ms");
	}

	/** Runs of both causes in which all places go on for so many milliseconds each. */
	private static Map<Cause, List<Run>> runs(int... wasted) {
		Map<Cause, List<Run>> runs = new EnumMap<>(Cause.class);
		for (Cause cause : Cause.values()) {
			long over = cause.after().toNanos();
			runs.put(cause, IntStream.of(wasted).mapToObj((millis) -> {
				Map<Place, Stay> stays = new EnumMap<>(Place.class);
				Arrays.stream(Place.values())
					.forEach((place) -> stays.put(place, new Stay(5 * MILLIS, over + millis * MILLIS,
							(place.ordinal() < 3 && millis < 1000) ? "DISCONNECTED" : null)));
				return new Run(0, over, stays);
			}).toList());
		}
		return runs;
	}

}
