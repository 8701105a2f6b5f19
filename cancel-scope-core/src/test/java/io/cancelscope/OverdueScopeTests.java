package io.cancelscope;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A scope that was never closed and lies on a pool's thread, where the garbage collector
 * never meets it: it is noticed by what is opened inside it long after its deadline.
 */
@Timeout(30)
@ExtendWith(ThreadStaysClean.class)
class OverdueScopeTests {

	private final LogTrail log = new LogTrail();

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).findForgotten(1).build();

	@AfterEach
	void stopListening() {
		this.log.close();
	}

	@Test
	void scopeLeftOnAPoolsThreadIsNamedByTheNextTask() throws Exception {
		ExecutorService pool = Executors.newSingleThreadExecutor((task) -> new Thread(task, "worker"));
		try {
			pool.submit(() -> this.scopes.open(ScopeOptions.named("left").withTimeout(seconds(1)))).get();
			this.time.advance(seconds(300));

			pool.submit(() -> this.scopes.run(ScopeOptions.named("later"), CancelScope::isCancelled)).get();
			pool.submit(() -> this.scopes.run(ScopeOptions.named("much later"), CancelScope::isCancelled)).get();
		}
		finally {
			pool.shutdown();
			assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
		}

		assertThat(this.log.lines()).singleElement()
			.asString()
			.isEqualTo(
					"WARNING Scope 'left' is still open on thread 'worker' 299s after its deadline, so scope 'later',"
							+ " which was opened inside it, is cancelled as well. Scope 'left' was probably never closed."
							+ " Open it in a try-with-resources statement, or use CancelScopes.run(…) or call(…):"
							+ " java.lang.Throwable: scope 'left' was opened here");
	}

	@Test
	void scopeThatIsALittleLateIsAtWork() {
		this.scopes.run(ScopeOptions.timeout(seconds(1)), (scope) -> {
			this.time.advance(seconds(60));

			this.scopes.run(ScopeOptions.none(), CancelScope::isCancelled);
		});

		assertThat(this.log.lines()).isEmpty();
	}

	@Test
	void scopeWithoutADeadlineIsAtWork() {
		this.scopes.run(ScopeOptions.none(), (scope) -> {
			this.time.advance(seconds(6000));

			this.scopes.run(ScopeOptions.none(), CancelScope::isCancelled);
		});

		assertThat(this.log.lines()).isEmpty();
	}

}
