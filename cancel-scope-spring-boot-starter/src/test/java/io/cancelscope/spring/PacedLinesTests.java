package io.cancelscope.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(30)
class PacedLinesTests {

	private final ManualTime time = new ManualTime();

	private final PacedLines lines = new PacedLines(this.time, Duration.ofSeconds(10));

	@Test
	void nextLineSaysHowManyHadNone() {
		assertThat(this.lines.next("report")).isEmpty();
		this.time.advance(Duration.ofSeconds(10).minusNanos(1));
		assertThat(this.lines.next("report")).isNull();
		assertThat(this.lines.next("report")).isNull();
		this.time.advance(Duration.ofNanos(1));

		assertThat(this.lines.next("report")).isEqualTo("; and 2 more since the last line");
		assertThat(this.lines.next("report")).isNull();
	}

	@Test
	void eachNameHasLinesOfItsOwn() {
		assertThat(this.lines.next("report")).isEmpty();
		assertThat(this.lines.next("import")).isEmpty();
	}

	@Test
	void namesBeyondAThousandShareTheirLines() {
		for (int i = 0; i < 1_000; i++) {
			assertThat(this.lines.next("name " + i)).isEmpty();
		}

		assertThat(this.lines.next("one more")).isEmpty();
		assertThat(this.lines.next("yet another")).isNull();
	}

	@Test
	void noneIsLostWhenManyComeAtOnce() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(4);
		try {
			List<Callable<Integer>> callers = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				callers.add(() -> {
					int logged = 0;
					for (int event = 0; event < 1_000; event++) {
						logged += (this.lines.next("report") != null) ? 1 : 0;
					}
					return logged;
				});
			}
			int logged = 0;
			for (Future<Integer> caller : pool.invokeAll(callers)) {
				logged += caller.get(20, TimeUnit.SECONDS);
			}
			this.time.advance(Duration.ofSeconds(10));

			assertThat(logged).isOne();
			assertThat(this.lines.next("report")).isEqualTo("; and 3999 more since the last line");
		}
		finally {
			pool.shutdownNow();
			assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
		}
	}

}
