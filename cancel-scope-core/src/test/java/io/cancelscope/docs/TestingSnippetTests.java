package io.cancelscope.docs;

import java.time.Duration;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ScopeLeaks;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code of {@code docs/testing.md} that does without Spring.
 */
class TestingSnippetTests {

	// tag::core[]
	private final ManualTime time = new ManualTime();

	private final ScopeLeaks leaks = new ScopeLeaks();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run) // on the thread that advances
		.listener(this.leaks)
		.build();

	private final ScopeLeaks.Watch watch = this.leaks.watch();

	@AfterEach
	void nothingIsLeft() {
		this.watch.check();
	}

	@Test
	void deadlinePasses() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.timeout(Duration.ofMillis(800)))) {
			this.time.advance(Duration.ofMillis(799));
			assertThat(scope.isCancelled()).isFalse();

			this.time.advance(Duration.ofMillis(1));
			assertThat(scope.isCancelled()).isTrue();
		}
	}
	// end::core[]

}
