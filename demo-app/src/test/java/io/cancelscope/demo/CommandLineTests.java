package io.cancelscope.demo;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the command line accepts, and what it says otherwise.
 */
class CommandLineTests {

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	private final ByteArrayOutputStream err = new ByteArrayOutputStream();

	@Test
	void nothingAndOptionsOfSpringAreForTheServer() {
		assertThat(CommandLine.isForServer(new String[0])).isTrue();
		assertThat(CommandLine
			.isForServer(new String[] { "--server.port=9090", "--debug", "--cancel-scope.timeouts[audit]=1s" }))
			.isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "--exampels", "--speed=20", "quotes", "--server.port 9090", "-x", "", "--" })
	void otherOptionsAreNot(String option) {
		assertThat(CommandLine.isForServer(new String[] { option })).isFalse();
		assertThat(run(option)).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(err()).contains("Usage:");
	}

	@Test
	void unknownOptionIsNamed() {
		assertThat(run("--examples", "--sped=20")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(err()).startsWith("Unknown option '--sped=20'.").contains("--speed=20");
	}

	@ParameterizedTest
	@ValueSource(strings = { "fast", "", "0", "-1", "0.09", "101", "NaN", "Infinity" })
	void speedIsANumberInRange(String speed) {
		assertThat(run("--examples", "--speed=" + speed)).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(err()).startsWith("'" + speed + "' is no speed: write a number from 0.1 to 100");
		assertThat(out()).isEmpty();
	}

	@Test
	void speedWithoutItsNumberIsWrong() {
		assertThat(run("--examples", "--speed")).isEqualTo(DemoApplication.WRONG_USAGE);
	}

	@Test
	void examplesTakeNoOptionOfTheServer() {
		assertThat(run("--examples", "--server.port=9090")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(err()).startsWith("'--server.port=9090' is for the trip desk");
	}

	@Test
	void speedMayStandBeforeExamples() {
		assertThat(CommandLine.parse(new String[] { "--speed=2.5", "--examples" }))
			.isEqualTo(new CommandLine(false, true, false, 2.5, 0, null, 0, 8080));
	}

	@Test
	void comparingTakesNoOtherOption() {
		assertThat(run("--compare", "--server.port=9090")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(run("--compare", "--examples")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(err()).contains("which --compare doesn't open", "choose one");
	}

	@Test
	void chainRunsTwentyTimesUnlessToldOtherwise() {
		assertThat(CommandLine.parse(new String[] { "--chain" }))
			.isEqualTo(new CommandLine(false, false, false, 1, 20, null, 0, 8080));
		assertThat(CommandLine.parse(new String[] { "--picture=a.b/chain.svg", "--chain=3" }))
			.isEqualTo(new CommandLine(false, false, false, 1, 3, Path.of("a.b/chain.svg"), 0, 8080));
	}

	@ParameterizedTest
	@ValueSource(strings = { "many", "", "0", "-1", "1001", "2.5" })
	void chainRunsAWholeNumberOfTimes(String runs) {
		assertThat(run("--chain=" + runs)).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(err()).startsWith("'" + runs + "' is no number of runs: write one from 1 to 1000");
		assertThat(out()).isEmpty();
	}

	@Test
	void chainTakesNoOptionOfTheOthers() {
		assertThat(run("--chain", "--server.port=9090")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(run("--chain=3", "--compare")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(run("--chain", "--speed=3")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(err()).contains("which --chain doesn't open", "choose one", "--speed is for --examples");
	}

	@Test
	void nodesAreThreeOnTheUsualPortsUnlessToldOtherwise() {
		assertThat(CommandLine.parse(new String[] { "--nodes" }))
			.isEqualTo(new CommandLine(false, false, false, 1, 0, null, 3, 8080));
		assertThat(CommandLine.parse(new String[] { "--server.port=9090", "--nodes=2" }))
			.isEqualTo(new CommandLine(false, false, false, 1, 0, null, 2, 9090));
	}

	@ParameterizedTest
	@ValueSource(strings = { "many", "", "0", "-1", "10", "2.5" })
	void nodesAreAFewDesks(String desks) {
		assertThat(run("--nodes=" + desks)).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(err()).startsWith("'" + desks + "' is no number of desks: write one from 1 to 9");
		assertThat(out()).isEmpty();
	}

	@Test
	void nodesTakeNoOptionButThePort() {
		assertThat(run("--nodes=3", "--server.port=http")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(run("--nodes=3", "--server.port=65534")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(run("--nodes=3", "--debug")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(run("--nodes=3", "--chain")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(err()).contains("'http' is no port", "There are no 3 ports from 65534 on",
				"--nodes takes --server.port alone", "choose one");
	}

	@Test
	void pictureIsAFileAndOfTheChain() {
		assertThat(run("--picture=chain.svg")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(run("--chain", "--picture")).isEqualTo(DemoApplication.WRONG_USAGE);
		assertThat(err()).contains("--picture is for --chain", "'' is no file");
	}

	@Test
	void pictureWithoutADirectoryIsToldBeforeAnythingStarts() {
		assertThat(run("--chain", "--picture=nowhere/at/all.svg")).isEqualTo(DemoApplication.FAILED);
		assertThat(err()).startsWith("Cannot write the picture").contains("its directory does not exist");
		assertThat(out()).isEmpty();
	}

	@Test
	@Timeout(120)
	void comparisonTellsWhatIsStoppedAndWhatRunsOn() {
		assertThat(run("--compare")).isEqualTo(DemoApplication.FINE);

		String stopped = out().substring(0, out().indexOf("Without:"));
		String wasted = out().substring(out().indexOf("Without:"));
		assertThat(stopped).containsPattern("eos +stopped .* after the deadline")
			.containsPattern("usual price +stopped .* after the deadline")
			.containsPattern("archive +done after")
			.containsPattern("delta +failed after");
		assertThat(wasted).containsPattern("eos +ran on for \\d{4,} ms, for nobody")
			.containsPattern("usual price +ran on for \\d+ ms, for nobody");
	}

	@Test
	void helpIsNoMistake() {
		assertThat(run("--help")).isEqualTo(DemoApplication.FINE);
		assertThat(out()).startsWith("Usage:");
		assertThat(err()).isEmpty();
	}

	private int run(String... args) {
		return DemoApplication.runWithoutServer(args, new PrintStream(this.out, true, StandardCharsets.UTF_8),
				new PrintStream(this.err, true, StandardCharsets.UTF_8));
	}

	private String out() {
		return this.out.toString(StandardCharsets.UTF_8);
	}

	private String err() {
		return this.err.toString(StandardCharsets.UTF_8);
	}

}
