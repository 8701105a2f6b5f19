package io.cancelscope;

import java.time.Duration;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Names and messages of strangers neither reach the log nor the library's exceptions with
 * what could forge a line there.
 */
class HostileTextTests {

	private static final String HOSTILE = "x\r\n2026-01-01 INFO all is well\u2028\u0085\u001b[2J\u202e";

	private static final String CLEAN = "x\\r\\n2026-01-01 INFO all is well\\u2028\\u0085\\u001b[2J\\u202e";

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = this.time.scopes();

	private final LogTrail log = new LogTrail();

	@AfterEach
	void stopListening() {
		this.log.close();
	}

	@Test
	void nameIsCleanFromTheStart() {
		ScopeOptions options = ScopeOptions.named(HOSTILE);

		assertThat(options.name()).isEqualTo(CLEAN);
		assertThat(options.withKey(HOSTILE)).hasToString("ScopeOptions['" + CLEAN + "', key '" + CLEAN + "']");
		assertThat(ScopeOptions.named("n".repeat(1_000_000)).name()).hasSize(LogText.MAX_LENGTH + 1);
	}

	@Test
	void keyStaysWhatPeopleCancelBy() {
		assertThat(ScopeOptions.none().withKey(HOSTILE).key()).contains(HOSTILE);
	}

	@Test
	void exceptionIsOneLineAndTheReasonIsKeptAsItWasGiven() {
		OpenScope scope = this.scopes.open(ScopeOptions.named(HOSTILE));
		try (scope) {
			scope.cancel(HOSTILE);

			assertThat(scope.exception()).hasMessage("scope '" + CLEAN + "' was cancelled: " + CLEAN);
			assertThat(scope.reason()).get().extracting(CancelReason::message).isEqualTo(HOSTILE);
		}
	}

	@Test
	void deadlineNamesItsOriginInOneLine() {
		OpenScope outer = this.scopes.open(ScopeOptions.named(HOSTILE).withTimeout(Duration.ofSeconds(1)));
		try (outer; OpenScope inner = this.scopes.open(ScopeOptions.named("inner"))) {
			this.time.advance(Duration.ofSeconds(2));

			assertThat(inner.exception()).hasMessage("scope 'inner' exceeded its deadline, set by '" + CLEAN + "'");
		}
	}

	@Test
	void messageThatQuotesAnExceptionIsOneLine() {
		OpenScope scope = this.scopes.open(ScopeOptions.named("fares"));
		try (scope) {
			scope.failed(new IllegalStateException(HOSTILE));

			assertThat(scope.exception())
				.hasMessageEndingWith("the operation failed with java.lang.IllegalStateException: " + CLEAN);
		}
	}

	@Test
	void whatIsLoggedAboutAScopeIsOneLine() {
		OpenScope scope = this.scopes.open(ScopeOptions.named(HOSTILE));
		try (scope) {
			scope.onCancel((reason) -> {
				throw new IllegalStateException("broken");
			});
			scope.cancel(HOSTILE);
		}

		assertThat(this.log.lines()).singleElement().asString().contains(CLEAN).doesNotContain("\n");
	}

	@Test
	void whateverALineQuotesItStaysOneLine() {
		Foreign.log(System.Logger.Level.WARNING, () -> "thread '" + HOSTILE + "'" + "x".repeat(1_000_000), null);

		assertThat(this.log.lines()).singleElement()
			.asString()
			.startsWith("WARNING thread '" + CLEAN + "'")
			.hasSizeLessThan(5_000);
	}

	@Test
	void misnestedScopesAreNamedInOneLine() {
		OpenScope outer = this.scopes.open(ScopeOptions.named("outer"));
		this.scopes.open(ScopeOptions.named(HOSTILE));

		assertThatException().isThrownBy(outer::close).withMessageContaining("'" + CLEAN + "'");
	}

	@Test
	void budgetSourceIsClean() {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(Duration.ofSeconds(1)).withBudgetSource(HOSTILE));
		try (scope) {
			assertThat(scope.details().budgetSource()).isEqualTo(CLEAN);
		}
	}

}
