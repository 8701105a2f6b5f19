package io.cancelscope;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Code that is written for scopes runs where none is open, and nothing stops it.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class RootOperationsTests {

	private final CancelScope root = CancelScope.current();

	private final Trail trail = new Trail();

	@Test
	void operationsRunAndReturnTheirValue() {
		assertThat(this.root.<String, RuntimeException>interruptibly(CancelScope::name)).isEqualTo("root");
		assertThat(this.root.<String, RuntimeException>abandonable(CancelScope::name, this.trail.adding("late")))
			.isEqualTo("root");
		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void sleepEndsByAnInterrupt() {
		Thread.currentThread().interrupt();

		assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> this.root.sleep(Duration.ofDays(1)));
	}

	@Test
	void futureIsWaitedFor() throws Exception {
		CompletableFuture<String> future = new CompletableFuture<>();
		try (OtherThread other = new OtherThread()) {
			var outcome = other.start(() -> {
				other.arrive();
				return this.root.await(future);
			});
			other.awaitBlocked();

			future.complete("value");

			assertThat(outcome.value()).isEqualTo("value");
		}
	}

	@Test
	void nothingThatIsRegisteredRuns() {
		assertThat(this.root.onCancel(() -> this.trail.add("stop")).unregister()).isTrue();
		assertThat(this.root.onCancel((reason) -> this.trail.add("callback")).unregister()).isTrue();
		assertThat(this.root.afterCancel((reason) -> this.trail.add("news")).unregister()).isTrue();

		assertThat(this.trail.words()).isEmpty();
	}

	@Test
	void rootHasNoException() {
		assertThatIllegalStateException().isThrownBy(this.root::exception).withMessageContaining("'root'");
	}

	@Test
	void everyWayToCancelItIsRefused() {
		assertThatIllegalStateException().isThrownBy(() -> this.root.cancel("message", null))
			.withMessageContaining("Open a scope with");
		assertThatIllegalStateException()
			.isThrownBy(() -> this.root.cancel(CancelReason.Kind.REQUESTED, "message", null))
			.withMessageContaining("Open a scope with");
	}

}
