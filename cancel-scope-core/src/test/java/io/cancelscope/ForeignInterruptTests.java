package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.thread.ScopeThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * R21: whose interrupt was it? Somebody else's is never lost where it can be known.
 */
@Timeout(30)
class ForeignInterruptTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.build();

	private static void block() throws InterruptedException {
		new CountDownLatch(1).await();
	}

	private static void spinUntilZero(CountDownLatch latch) {
		while (latch.getCount() > 0) {
			Thread.onSpinWait();
		}
	}

	@Test
	void aloneItPassesAsItIs() throws Exception {
		try (OtherThread other = new OtherThread()) {
			var outcome = other.start(() -> this.scopes.callOrElse(ScopeOptions.none().interrupt(), (scope) -> {
				other.arrive();
				block();
				return "value";
			}, (reason) -> "fallback"));

			other.awaitArrival();
			other.thread().interrupt();

			assertThat(outcome.failure()).isExactlyInstanceOf(InterruptedException.class);
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void aloneItsFlagIsLeftSetBesideAValue() throws Exception {
		try (OtherThread other = new OtherThread()) {
			CountDownLatch sent = new CountDownLatch(1);
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.none().interrupt(), (scope) -> {
				other.arrive();
				spinUntilZero(sent);
				return "value";
			}));

			other.awaitArrival();
			other.thread().interrupt();
			sent.countDown();

			assertThat(outcome.value()).isEqualTo("value");
			assertThat(outcome.flag()).isTrue();
		}
	}

	@Test
	void beforeOursItWinsAndNoFallbackRuns() throws Exception {
		try (OtherThread other = new OtherThread()) {
			CountDownLatch sent = new CountDownLatch(1);
			var outcome = other.start(
					() -> this.scopes.callOrElse(ScopeOptions.timeout(Duration.ofSeconds(1)).interrupt(), (scope) -> {
						other.arrive();
						spinUntilZero(sent);
						block();
						return "value";
					}, (reason) -> "fallback"));

			other.awaitArrival();
			other.thread().interrupt();
			this.time.advance(Duration.ofSeconds(1));
			sent.countDown();

			assertThat(outcome.failure()).isExactlyInstanceOf(InterruptedException.class);
		}
	}

	@Test
	void beforeOursItsFlagIsSetBesideAValue() throws Exception {
		try (OtherThread other = new OtherThread()) {
			CountDownLatch sent = new CountDownLatch(1);
			var outcome = other
				.start(() -> this.scopes.call(ScopeOptions.timeout(Duration.ofSeconds(1)).interrupt(), (scope) -> {
					other.arrive();
					spinUntilZero(sent);
					return "value";
				}));

			other.awaitArrival();
			other.thread().interrupt();
			this.time.advance(Duration.ofSeconds(1));
			sent.countDown();

			assertThat(outcome.value()).isEqualTo("value");
			assertThat(outcome.flag()).isTrue();
		}
	}

	@Test
	void beforeOursItsFlagIsSetBesideAWrapper() throws Exception {
		try (OtherThread other = new OtherThread()) {
			CountDownLatch sent = new CountDownLatch(1);
			var outcome = other.start(
					() -> this.scopes.callOrElse(ScopeOptions.timeout(Duration.ofSeconds(1)).interrupt(), (scope) -> {
						other.arrive();
						spinUntilZero(sent);
						try {
							block();
						}
						catch (InterruptedException ex) {
							throw new IllegalStateException("library gave up", ex);
						}
						return "value";
					}, (reason) -> "fallback"));

			other.awaitArrival();
			other.thread().interrupt();
			this.time.advance(Duration.ofSeconds(1));
			sent.countDown();

			assertThat(outcome.failure()).isExactlyInstanceOf(IllegalStateException.class);
			assertThat(outcome.flag()).isTrue();
		}
	}

	@Test
	void afterOursWasThrownItIsKnownByTheFlag() throws Exception {
		try (OtherThread other = new OtherThread()) {
			CountDownLatch sent = new CountDownLatch(1);
			CountDownLatch thrown = new CountDownLatch(1);
			var outcome = other.start(
					() -> this.scopes.callOrElse(ScopeOptions.timeout(Duration.ofSeconds(1)).interrupt(), (scope) -> {
						try {
							other.arrive();
							block();
						}
						finally {
							thrown.countDown();
							spinUntilZero(sent);
						}
						return "value";
					}, (reason) -> "fallback"));

			other.awaitArrival();
			this.time.advance(Duration.ofSeconds(1));
			thrown.await();
			other.thread().interrupt();
			sent.countDown();

			assertThat(outcome.failure()).isExactlyInstanceOf(InterruptedException.class);
		}
	}

	@Test
	void flagSetOnEntryIsKeptWhenNothingElseHappens() {
		Thread.currentThread().interrupt();

		String result = this.scopes.call(ScopeOptions.none().interrupt(), (scope) -> "value");

		assertThat(result).isEqualTo("value");
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void flagSetOnEntryIsKeptWhenTheScopeIsCancelledFromTheStart() {
		Thread.currentThread().interrupt();

		String result = this.scopes.call(ScopeOptions.timeout(Duration.ZERO).interrupt(), (scope) -> "value");

		assertThat(result).isEqualTo("value");
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void shieldDoesNotMaskIt() throws Exception {
		try (OtherThread other = new OtherThread()) {
			OpenScope outer = this.scopes.openUnbound(ScopeOptions.none());
			var outcome = other
				.start(() -> outer.interruptibly((scope) -> this.scopes.call(ScopeOptions.none().shield(), (shield) -> {
					other.arrive();
					block();
					return "value";
				})));

			other.awaitArrival();
			other.thread().interrupt();

			assertThat(outcome.failure()).isExactlyInstanceOf(InterruptedException.class);
		}
	}

	@Test
	void countingThreadKnowsOneThatFallsBetweenDeliveryAndConsumption() throws Exception {
		try (OtherThread other = new OtherThread(ScopeThreads.factory("counting-"))) {
			CountDownLatch sent = new CountDownLatch(1);
			var outcome = other.start(
					() -> this.scopes.callOrElse(ScopeOptions.timeout(Duration.ofSeconds(1)).interrupt(), (scope) -> {
						other.arrive();
						spinUntilZero(sent);
						block();
						return "value";
					}, (reason) -> "fallback"));

			other.awaitArrival();
			this.time.advance(Duration.ofSeconds(1)); // ours first: one bit on any other
														// thread
			other.thread().interrupt();
			sent.countDown();

			assertThat(outcome.failure()).isExactlyInstanceOf(InterruptedException.class);
		}
	}

	@Test
	void countingThreadDoesNotCountItsOwnPassingOn() throws Exception {
		try (OtherThread other = new OtherThread(ScopeThreads.factory("counting-"))) {
			var outcome = other.start(
					() -> this.scopes.callOrElse(ScopeOptions.timeout(Duration.ofSeconds(1)).interrupt(), (scope) -> {
						other.arrive();
						try {
							block();
						}
						catch (InterruptedException ex) {
							Thread.currentThread().interrupt();
							throw ex;
						}
						return "value";
					}, (reason) -> "fallback"));

			other.awaitArrival();
			this.time.advance(Duration.ofSeconds(1));

			assertThat(outcome.value()).isEqualTo("fallback");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@Test
	void countingThreadsAreNumberedPlatformThreads() {
		Thread thread = ScopeThreads.factory("quotes-").newThread(() -> {
		});

		assertThat(thread.getName()).isEqualTo("quotes-1");
		assertThat(thread.isDaemon()).isFalse();
		assertThat(thread.getPriority()).isEqualTo(Thread.NORM_PRIORITY);
	}

	@Test
	void oneIsKnownAlsoAfterTheCodeHasSwallowedOneOfOurs() throws Exception {
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch again = new CountDownLatch(1);
		try (OtherThread other = new OtherThread(); OpenScope inner = this.scopes.openUnbound(ScopeOptions.none())) {
			OpenScope[] outer = new OpenScope[1];
			var outcome = other.start(() -> this.scopes.callOrElse(ScopeOptions.none().interrupt(), (scope) -> {
				outer[0] = (OpenScope) scope;
				inner.interruptibly((waiting) -> swallow(inside));
				again.countDown();
				try {
					block();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt(); // stands for a foreign one, now
					throw ex;
				}
				return "value";
			}, (reason) -> "fallback"));
			inside.await();
			inner.cancel();
			again.await();

			outer[0].cancel();

			assertThat(outcome.failure()).isExactlyInstanceOf(InterruptedException.class);
		}
	}

	private static Object swallow(CountDownLatch inside) {
		try {
			inside.countDown();
			block();
			return "not interrupted";
		}
		catch (InterruptedException ex) {
			return "swallowed";
		}
	}

}
