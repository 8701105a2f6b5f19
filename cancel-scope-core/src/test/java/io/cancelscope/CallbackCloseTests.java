package io.cancelscope;

import java.util.concurrent.CountDownLatch;

import io.cancelscope.CancelScope.Registration;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * R23: closing a registration waits for the run in progress, whoever else waits for it.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class CallbackCloseTests {

	private final OpenScope scope = Scopes.on(new ManualTime()).openUnbound(ScopeOptions.none());

	private final Trail trail = new Trail();

	private final CountDownLatch running = new CountDownLatch(1);

	private final CountDownLatch mayEnd = new CountDownLatch(1);

	private Registration registration;

	private Thread canceller;

	@BeforeEach
	void runTheCallback() {
		this.registration = this.scope.onCancel((reason) -> {
			this.running.countDown();
			Patience.await(this.mayEnd);
			this.trail.add("ran");
		});
		this.canceller = Patience.start(this.scope::cancel);
		assertThat(Patience.await(this.running)).isTrue();
	}

	private Thread startClosing() {
		Thread closer = Patience.start(() -> {
			this.registration.close();
			this.trail.add("closed");
		});
		await("close() to wait").until(() -> closer.getState() == Thread.State.WAITING);
		return closer;
	}

	@Test
	void twoThatCloseItBothWait() throws Exception {
		Thread first = startClosing();
		Thread second = startClosing();

		this.mayEnd.countDown();

		assertThat(Patience.ends(first)).isTrue();
		assertThat(Patience.ends(second)).isTrue();
		assertThat(this.trail.words()).containsExactly("ran", "closed", "closed");
	}

	@Test
	void closeAfterTheRunReturnsAtOnce() throws Exception {
		this.mayEnd.countDown();
		assertThat(Patience.ends(this.canceller)).isTrue();

		this.registration.close();

		assertThat(this.registration.unregister()).isFalse();
		assertThat(this.trail.words()).containsExactly("ran");
	}

	@Test
	void closeOfOneThatDoesNotRunTakesItBack() {
		Registration other = Scopes.on(new ManualTime()).openUnbound(ScopeOptions.none()).onCancel((reason) -> {
		});

		other.close();

		assertThat(other.unregister()).isTrue();
		this.mayEnd.countDown();
	}

}
