package io.cancelscope;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A call ends while its caller leaves: the value goes to one of the two.
 */
@Timeout(120)
@ExtendWith(ThreadStaysClean.class)
class AbandonableRaceTests {

	private static final int RUNS = 3000;

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	@Test
	void eachValueIsReturnedOrGoesToLateOnce() {
		AtomicInteger late = new AtomicInteger();
		int returned = 0;
		int left = 0;
		for (int i = 0; i < RUNS; i++) {
			int length = i % 100;
			CountDownLatch begun = new CountDownLatch(1);
			try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
				Thread canceller = Patience.start(() -> {
					Patience.await(begun);
					spin(50);
					scope.cancel();
				});
				try {
					scope.abandonable((inside) -> {
						begun.countDown();
						spin(length);
						return "value";
					}, (value) -> late.incrementAndGet());
					returned++;
				}
				catch (ScopeCancelledException ex) {
					left++;
				}
				assertThat(Patience.ends(canceller)).isTrue();
				assertThat(Thread.currentThread().isInterrupted()).isFalse();
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
		}

		int expected = left;
		await().until(() -> late.get() >= expected);
		await().until(() -> this.scopes.abandonableCalls().running() == 0);
		assertThat(late).hasValue(left);
		assertThat(returned + left).isEqualTo(RUNS);
	}

	@Test
	void eachFailureIsThrownOrOursIsAndNoPlaceIsLost() {
		IllegalStateException failure = new IllegalStateException("on purpose");
		for (int i = 0; i < RUNS; i++) {
			int length = i % 100;
			CountDownLatch begun = new CountDownLatch(1);
			try (OpenScope scope = this.scopes.open(ScopeOptions.none())) {
				Thread canceller = Patience.start(() -> {
					Patience.await(begun);
					spin(50);
					scope.cancel();
				});
				scope.abandonable((inside) -> {
					begun.countDown();
					spin(length);
					throw failure;
				}, (value) -> {
				});
				assertThat(canceller).isNull();
			}
			catch (ScopeCancelledException ex) {
				assertThat(ex).hasNoSuppressedExceptions();
			}
			catch (IllegalStateException ex) {
				assertThat(ex).isSameAs(failure);
			}
		}

		await().until(() -> this.scopes.abandonableCalls().running() == 0);
		assertThat(failure.getSuppressed()).isEmpty();
	}

	private static void spin(int length) {
		for (int i = 0; i < length * 20; i++) {
			Thread.onSpinWait();
		}
	}

}
