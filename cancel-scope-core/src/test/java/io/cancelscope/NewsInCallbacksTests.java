package io.cancelscope;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * R23: what a callback finds out or brings about is told when all stops have begun.
 */
@ExtendWith(ThreadStaysClean.class)
class NewsInCallbacksTests {

	private final Trail trail = new Trail();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(new ManualTime())
		.callbackExecutor(Runnable::run)
		.listener(new CancelScopeListener() {

			@Override
			public void cancelled(CancelScope scope, CancelReason reason) {
				NewsInCallbacksTests.this.trail.add("news " + scope.name());
			}

		})
		.build();

	private final OpenScope top = this.scopes.openUnbound(ScopeOptions.named("top"));

	private final OpenScope child = Scopes.openIn(this.top, this.scopes, ScopeOptions.named("child"));

	@Test
	void scopeThatACallbackAsksIsToldAfterTheOtherStops() {
		this.top.onCancel(() -> this.child.isCancelled());
		this.top.onCancel(this.trail.adding("second stop"));

		this.top.cancel();

		assertThat(this.trail.words()).startsWith("second stop").contains("news top", "news child").hasSize(3);
		close();
	}

	@Test
	void newsRegisteredInACallbackIsToldAfterTheOtherStops() {
		this.top.onCancel(() -> this.top.afterCancel(this.trail.adding("news")));
		this.top.onCancel(this.trail.adding("second stop"));

		this.top.cancel();

		assertThat(this.trail.words()).startsWith("second stop").contains("news").hasSize(3);
		close();
	}

	@Test
	void cancellationThatACallbackBeginsIsToldAfterTheOtherStops() {
		OpenScope other = this.scopes.openUnbound(ScopeOptions.named("other"));
		other.onCancel(this.trail.adding("stop of the other"));
		this.top.onCancel(() -> other.cancel("along with it"));
		this.top.onCancel(this.trail.adding("second stop"));

		this.top.cancel();

		assertThat(this.trail.words()).startsWith("stop of the other", "second stop")
			.contains("news top", "news other")
			.hasSize(4);
		other.close();
		close();
	}

	@Test
	void scopeThatACallbackClosesIsToldCancelledBeforeItIsClosed() {
		this.top.onCancel(() -> {
			this.child.isCancelled();
			this.child.close();
		});
		this.top.onCancel(this.trail.adding("second stop"));

		this.top.cancel();

		assertThat(this.trail.words()).containsOnlyOnce("news child").containsOnlyOnce("news top");
		close();
	}

	private void close() {
		this.child.close();
		this.top.close();
	}

}
