package io.cancelscope.docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The code of {@code docs/concepts/cooperative-cancellation.md}, which is cut from here.
 */
@Timeout(30)
class StoppingSnippetTests {

	private static final ScopeOptions REPORT = ScopeOptions.named("report").withTimeout(Duration.ofMillis(800));

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = this.time.scopes();

	private final List<String> rendered = new ArrayList<>();

	private void render(String page) {
		this.rendered.add(page);
		this.time.advance(Duration.ofMillis(500));
	}

	@Test
	void codeThatNeverChecksRunsToItsEnd() {
		List<String> pages = List.of("one", "two", "three", "four");
		// tag::deaf[]
		ScopeOptions options = ScopeOptions.named("report").withTimeout(Duration.ofMillis(800));
		String report = scopes.call(options, (scope) -> {
			pages.forEach(this::render); // takes 2 s, and never checks
			return "four pages";
		});
		// end::deaf[]
		assertThat(report).isEqualTo("four pages");
		assertThat(this.rendered).hasSize(4);
	}

	@Test
	void codeThatChecksStopsAtTheCheck() {
		List<String> pages = List.of("one", "two", "three", "four");
		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> this.scopes.run(REPORT, (scope) -> pages.forEach((page) -> {
				scope.check();
				render(page);
			})))
			.withMessage("scope 'report' (800ms) exceeded its deadline");
		assertThat(this.rendered).hasSize(2);
	}

	@Test
	void lateResultIsDiscardedOnRequest() {
		assertThatExceptionOfType(DeadlineExceededException.class)
			.isThrownBy(() -> this.scopes.call(REPORT.checkOnExit(), (scope) -> {
				render("one");
				render("two");
				return "two pages";
			}));
	}

}
