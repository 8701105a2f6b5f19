package io.cancelscope;

import java.time.Duration;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A scope that nobody closed is logged when the garbage collector meets it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class ForgottenScopesTests {

	private final LogTrail log = new LogTrail();

	private static CancelScopes watching(int oneIn) {
		return CancelScopes.builder().timeSource(new ManualTime()).findForgotten(oneIn).build();
	}

	@AfterEach
	void stopListening() {
		this.log.close();
	}

	private static void forget(CancelScopes scopes, String name) {
		scopes.openUnbound(ScopeOptions.named(name));
	}

	private void awaitLine(String name) {
		await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5)).until(() -> {
			System.gc();
			return this.log.lines().stream().anyMatch((line) -> line.contains("'" + name + "' was never closed"));
		});
	}

	@Test
	void forgottenScopeIsLoggedWithItsNameAndWhereItWasOpened() {
		forget(watching(1), "lost");

		awaitLine("lost");

		assertThat(this.log.lines()).singleElement()
			.asString()
			.isEqualTo("WARNING Scope 'lost' was never closed. Open it in a try-with-resources statement, or use"
					+ " CancelScopes.run(…) or call(…): java.lang.Throwable: scope 'lost' was opened here");
	}

	@Test
	void closedScopeIsNotLogged() {
		CancelScopes scopes = watching(1);
		scopes.run(ScopeOptions.named("bound"), CancelScope::check);
		scopes.openUnbound(ScopeOptions.named("unbound")).close();
		OpenScope cancelled = scopes.openUnbound(ScopeOptions.named("cancelled"));
		cancelled.cancel();
		cancelled.close();

		forget(scopes, "lost");
		awaitLine("lost");

		assertThat(this.log.lines()).hasSize(1);
	}

	@Test
	void scopeForgottenAfterALookIsLoggedByALaterOne() {
		CancelScopes scopes = watching(1);
		OpenScope[] kept = { scopes.openUnbound(ScopeOptions.named("kept")) };
		forget(scopes, "lost");
		awaitLine("lost");

		kept[0] = null;

		awaitLine("kept");
	}

	@Test
	void oneInSoManyIsWatchedBeginningWithTheFirst() {
		CancelScopes scopes = watching(3);
		for (int i = 0; i < 9; i++) {
			forget(scopes, "lost " + i);
		}

		awaitLine("lost 0");
		awaitLine("lost 3");
		awaitLine("lost 6");

		assertThat(this.log.lines()).hasSize(3);
	}

	@Test
	void nobodyIsWatchedUnlessAskedFor() {
		CancelScopes careless = CancelScopes.builder().timeSource(new ManualTime()).build();
		forget(careless, "unseen");

		forget(watching(1), "lost");
		awaitLine("lost");

		assertThat(this.log.lines()).hasSize(1);
	}

}
