package io.cancelscope.demo.docs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.example.core.PageIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the program of {@code docs/guides/without-spring.md}.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class PageIndexTests {

	@Test
	void pageShowsWhatTheProgramPrints(CapturedOutput output) throws Exception {
		String page = Files.readString(Path.of("..", "docs", "guides", "without-spring.md"));

		PageIndex.main(new String[0]);

		List<String> printed = output.getOut().lines().filter((line) -> line.matches("(Loading|Stopped:) .*")).toList();
		// How many pages it loads until then depends on the machine.
		assertThat(printed).last().isEqualTo("Stopped: scope 'index' (800ms) exceeded its deadline");
		assertThat(page).contains(printed.get(printed.size() - 1));
		assertThat(List.of("Loading one", "Loading two", "Loading three"))
			.containsAll(printed.subList(0, printed.size() - 1));
	}

}
