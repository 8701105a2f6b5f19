package io.cancelscope.benchmarks.comingfrom;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.ScopeOptions;
import io.grpc.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Coming from gRPC's Context.
 */
@Timeout(60)
class GrpcContextTests {

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	@AfterEach
	void shutDown() {
		this.scheduler.shutdownNow();
	}

	// tag::before[]
	long countInContext() {
		try (Context.CancellableContext context = Context.current()
			.withDeadlineAfter(300, TimeUnit.MILLISECONDS, this.scheduler)) {
			Context outer = context.attach();
			try {
				long counted = 0;
				while (!Context.current().isCancelled()) {
					counted++;
				}
				throw new CancellationException("after " + counted);
			}
			finally {
				context.detach(outer);
			}
		}
	}
	// end::before[]

	// tag::after[]
	private static final ScopeOptions COUNT = ScopeOptions.named("count").withTimeout(Duration.ofMillis(300));

	private final CancelScopes scopes = CancelScopes.create();

	long count() {
		return this.scopes.call(COUNT, (scope) -> {
			for (long counted = 0;; counted++) {
				scope.check();
			}
		});
	}
	// end::after[]

	@Test
	void contextIsAsked() {
		assertThatExceptionOfType(CancellationException.class).isThrownBy(this::countInContext)
			.withMessageStartingWith("after ");
	}

	@Test
	void scopeIsAsked() {
		assertThatExceptionOfType(DeadlineExceededException.class).isThrownBy(this::count)
			.withMessageContaining("scope 'count' (300ms) exceeded its deadline");
	}

}
