package io.cancelscope;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An asynchronous call ends while it is cancelled: its future always ends, one way or the
 * other, and its scope is closed.
 */
@Timeout(120)
@ExtendWith(ThreadStaysClean.class)
class CallAsyncRaceTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final IllegalStateException failure = new IllegalStateException("on purpose");

	@Test
	void valueAndCancelOfTheScope() throws Exception {
		raceWithCancel((stage) -> stage.complete("value"));
	}

	@Test
	void failureAndCancelOfTheScope() throws Exception {
		raceWithCancel((stage) -> stage.completeExceptionally(this.failure));
	}

	private void raceWithCancel(Predicate<CompletableFuture<String>> end) throws Exception {
		try (Races races = new Races()) {
			races.race(() -> {
				CompletableFuture<String> stage = new CompletableFuture<>();
				AtomicReference<CancelScope> scope = new AtomicReference<>();
				CompletableFuture<String> future = this.scopes.callAsync(ScopeOptions.none(), (inside) -> {
					scope.set(inside);
					return stage;
				});
				return new Races.Run(() -> end.test(stage), () -> scope.get().cancel("enough"), (ended, cancelled) -> {
					assertThat(future).isDone();
					assertThat(outcome(future)).isIn("value", "failed", "cancelled");
					assertThat(scope.get().details().closed()).isTrue();
					if (!cancelled) {
						assertThat(outcome(future)).isNotEqualTo("cancelled");
					}
				});
			});
		}
	}

	@Test
	void valueAndCancelOfTheFuture() throws Exception {
		try (Races races = new Races()) {
			races.race(() -> {
				CompletableFuture<String> stage = new CompletableFuture<>();
				AtomicReference<CancelScope> scope = new AtomicReference<>();
				CompletableFuture<String> future = this.scopes.callAsync(ScopeOptions.none(), (inside) -> {
					scope.set(inside);
					return stage;
				});
				return new Races.Run(() -> stage.complete("value"), () -> future.cancel(true), (ended, cancelled) -> {
					assertThat(outcome(future)).isEqualTo(cancelled ? "cancelled by the caller" : "value");
					assertThat(future.isCancelled()).isEqualTo(cancelled);
					assertThat(scope.get().details().closed()).isTrue();
				});
			});
		}
	}

	private String outcome(CompletableFuture<String> future) {
		try {
			return future.getNow("open");
		}
		catch (CancellationException ex) {
			return "cancelled by the caller";
		}
		catch (CompletionException ex) {
			if (ex.getCause() == this.failure) {
				return "failed";
			}
			return (ex.getCause() instanceof ScopeCancelledException ours
					&& ours.reason().kind() == CancelReason.Kind.REQUESTED) ? "cancelled" : ex.toString();
		}
	}

}
