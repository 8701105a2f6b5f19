package io.cancelscope.demo.example;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.cancelscope.CancelScope;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * The lines of the examples, on a clock that stands still between sleeps and on the real
 * one.
 */
class ExamplesTests {

	private static final String[] LINES = { //
			"timeout: 3.0", "timeout: 1.0", "elapsed: 2.0", "timeout: 0", "elapsed: 4.0", "work1 cancelled!", //
			"timeout: inf", "timeout: 0", "elapsed: 2.0", "timeout: 0", "elapsed: 4.0", "work3 cancelled!", //
			"work6 cancelled=False", "work5-parent cancelled=False", "work5-child cancelled=False",
			"cancel work5-child", "work5-child cancelled=True", "work5-parent cancelled=True", "work6 cancelled=True",
			"main cancelled=True", //
			"async_work started", "sync_work1 started", "sync_work2 started", "sync_work1 cancelled manually",
			"sync_work2 cancelled=True", "async_work cancelled!" };

	private final List<String> lines = new CopyOnWriteArrayList<>();

	private final List<String> headings = new CopyOnWriteArrayList<>();

	@Test
	void printTheirLinesInOrder() {
		ManualTime time = new ManualTime();

		Examples.play(new Stage(time, time::advance, this.lines::add), this.headings::add);

		assertThat(this.lines).containsExactly(LINES);
		assertThat(this.headings).hasSize(4);
		assertThat(CancelScope.current().name()).isEqualTo("root");
	}

	@Test
	void tellTheTimesOfTheUnhurriedStoryAtSpeed() {
		Examples.play(4, this.lines::add, this.headings::add);

		assertThat(this.lines).hasSameSizeAs(LINES);
		for (int i = 0; i < LINES.length; i++) {
			assertSameLine(this.lines.get(i), LINES[i]);
		}
	}

	private void assertSameLine(String actual, String expected) {
		if (expected.matches(".*: \\d+\\.\\d")) {
			assertThat(word(actual)).isEqualTo(word(expected));
			assertThat(seconds(actual)).as(actual).isCloseTo(seconds(expected), within(0.95));
		}
		else {
			assertThat(actual).isEqualTo(expected);
		}
	}

	private String word(String line) {
		return line.substring(0, line.indexOf(' '));
	}

	private double seconds(String line) {
		return Double.parseDouble(line.substring(line.indexOf(' ')));
	}

}
