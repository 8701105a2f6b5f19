package io.cancelscope;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Asynchronous calls leave nothing behind, however they end.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class CallAsyncMemoryTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	@Test
	void endedCallsLeakNothing() {
		List<WeakReference<Object>> over = new ArrayList<>();
		try (LogTrail log = new LogTrail(); OpenScope around = this.scopes.open(ScopeOptions.none())) {
			for (int i = 0; i < 100; i++) {
				CompletableFuture<String> own = new CompletableFuture<>();
				int way = i % 4;
				CompletableFuture<String> future = this.scopes.callAsync(ScopeOptions.timeout(seconds(1)), (inside) -> {
					over.add(new WeakReference<>(inside));
					inside.onCancel(() -> own.cancel(true));
					return own;
				});
				over.add(new WeakReference<>(future));
				switch (way) {
					case 0 -> own.complete("value");
					case 1 -> own.completeExceptionally(new IllegalStateException("on purpose"));
					case 2 -> future.cancel(true);
					default -> this.time.advance(seconds(1));
				}
			}

			assertThat(this.time.pending()).isZero();
			assertCollected(over);
			assertThat(around.isCancelled()).isFalse();
			assertThat(log.lines()).isEmpty();
		}
	}

	@Test
	void callsWhoseStageNeverEndsAreNotKeptByTheScopeAround() {
		List<WeakReference<Object>> over = new ArrayList<>();
		try (OpenScope around = this.scopes.open(ScopeOptions.none())) {
			for (int i = 0; i < 100; i++) {
				CompletableFuture<String> future = this.scopes.callAsync(ScopeOptions.timeout(seconds(1)), (inside) -> {
					over.add(new WeakReference<>(inside));
					return new CompletableFuture<String>();
				});
				over.add(new WeakReference<>(future));
			}

			this.time.advance(seconds(1));

			assertThat(this.time.pending()).isZero();
			assertCollected(over);
			assertThat(around.isCancelled()).isFalse();
		}
	}

	private static void assertCollected(List<WeakReference<Object>> over) {
		await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
			System.gc();
			assertThat(over).allMatch((reference) -> reference.refersTo(null));
		});
	}

}
