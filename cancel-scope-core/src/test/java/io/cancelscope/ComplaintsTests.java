package io.cancelscope;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Foreign code that fails is logged with the name of the scope, and changes nothing else.
 */
@ExtendWith(ThreadStaysClean.class)
class ComplaintsTests {

	private final LogTrail log = new LogTrail();

	private final CancelScopes.Builder builder = CancelScopes.builder().timeSource(new ManualTime());

	@AfterEach
	void stopListening() {
		this.log.close();
	}

	@Test
	void scopeOfWhichNobodyCanSayWhetherItIsObservedIsEnforced() {
		CancelScopes scopes = this.builder.observe((name) -> {
			throw new IllegalStateException("on purpose");
		}).build();

		scopes.run(ScopeOptions.named("search"), (scope) -> {
			assertThat(scope.cancel()).isTrue();
			assertThat(scope.details().observed()).isFalse();
		});

		assertThat(this.log.lines()).singleElement().asString().contains("WARNING", "'search'", "on purpose");
	}

	@Test
	void listenerThatFailsOnWhatIsObserved() {
		CancelScopes scopes = this.builder.observe((name) -> true).listener(new CancelScopeListener() {

			@Override
			public void observed(CancelScope scope, CancelReason reason) {
				throw new IllegalStateException("on purpose");
			}

		}).build();

		scopes.run(ScopeOptions.named("search"), CancelScope::cancel);

		assertThat(this.log.lines()).singleElement().asString().contains("'search'", "on purpose");
	}

	@Test
	void listenerThatFailsOnACurrentScope() {
		CancelScopes scopes = this.builder.listener(new CancelScopeListener() {

			@Override
			public void currentChanged(CancelScope current) {
				throw new IllegalStateException("on purpose");
			}

		}).build();

		try (OpenScope scope = scopes.openUnbound(ScopeOptions.named("search"))) {
			scope.wrap(() -> {
			}).run();
		}

		assertThat(this.log.lines()).hasSize(2);
		assertThat(this.log.lines().get(0)).contains("'search'", "on purpose");
		assertThat(this.log.lines().get(1)).contains("'root'", "on purpose");
	}

}
