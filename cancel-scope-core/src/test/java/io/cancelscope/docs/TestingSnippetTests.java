package io.cancelscope.docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ScopeLeaks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The code of {@code docs/guides/testing.md} that does without Spring.
 */
class TestingSnippetTests {

	@Nested
	class OnManualTime {

		// tag::core[]
		private final ManualTime time = new ManualTime();

		private final CancelScopes scopes = this.time.scopes();

		private final ScopeLeaks.Watch watch = new ScopeLeaks().watch();

		@AfterEach
		void nothingIsLeft() {
			this.watch.check();
			assertThat(this.time.pending()).isZero();
		}

		@Test
		void deadlineStopsTheStatement() {
			List<String> stopped = new ArrayList<>();
			try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(Duration.ofMillis(800)))) {
				scope.onCancel((reason) -> stopped.add("statement"));
				this.time.advance(Duration.ofMillis(799));
				assertThat(stopped).isEmpty();

				this.time.advance(Duration.ofMillis(1));
				assertThat(stopped).containsExactly("statement");
			}
		}
		// end::core[]

	}

	@Nested
	class OnOtherThreads {

		// tag::listener[]
		private final ManualTime time = new ManualTime();

		private final ScopeLeaks leaks = new ScopeLeaks();

		private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).listener(this.leaks).build();

		private final ScopeLeaks.Watch watch = this.leaks.watch();

		// end::listener[]

		@Test
		void scopeThatNoThreadHasIsFound() {
			this.scopes.openUnbound(ScopeOptions.named("mail"));

			assertThatExceptionOfType(AssertionError.class).isThrownBy(this.watch::check)
				.withMessageContaining("scope 'mail', opened on thread");
		}

	}

}
