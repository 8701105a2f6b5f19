package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.DeadlineExceededException;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import io.r2dbc.spi.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The wait for a connection of the pool ends with the scope, and no connection is lost.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PoolWaitTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final int RACES = Integer.getInteger("cancel-scope.test.races", 200);

	private final CancelScopes scopes = CancelScopes.create();

	@Test
	void waitEndsAtTheDeadline() throws Exception {
		WatchedPool pool = new WatchedPool(Postgres.shared(), 1);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("wait"));
		try (pool; scope) {
			Connection taken = Mono.from(pool.factory().create()).block(SOON);
			scope.reschedule(Duration.ofMillis(50));

			assertThat(catchThrowable(() -> Mono.from(pool.factory().create())
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.block(SOON))).isInstanceOf(DeadlineExceededException.class);
			// Spring wraps whatever comes instead of a connection.
			Throwable bySpring = catchThrowable(() -> pool.number("select 1")
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
				.block(SOON));
			assertThat(ScopeCancelledException.findIn(bySpring)).isInstanceOf(DeadlineExceededException.class);

			Mono.from(taken.close()).block(SOON);
			pool.awaitFull();
			assertThat(pool.backend()).isPositive();
		}
	}

	/** Race: the pool hands a connection over while the wait for it ends. */
	@Test
	void connectionThatComesTooLateIsGivenBack() throws Exception {
		WatchedPool pool = new WatchedPool(Postgres.shared(), 1);
		int late = 0;
		try (pool) {
			int backend = pool.backend();
			for (int race = 0; race < RACES; race++) {
				OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("race"));
				try (scope) {
					Connection taken = Mono.from(pool.factory().create()).block(SOON);
					Mono<Boolean> waiting = Mono
						.usingWhen(pool.factory().create(), (connection) -> Mono.just(true), Connection::close)
						.contextWrite((context) -> context.put(ScopeInContext.KEY, scope))
						.onErrorReturn(ScopeCancelledException.class, false);
					Mono<Boolean> answer = (race % 2 == 0) ? waiting
							: waiting.timeout(Duration.ofNanos(jitter()), Mono.just(false));
					CompletableFuture<Boolean> future = answer.toFuture();
					Schedulers.parallel()
						.schedule(() -> Mono.from(taken.close()).subscribe(), jitter(), TimeUnit.NANOSECONDS);
					if (race % 2 == 0) {
						Schedulers.parallel().schedule(() -> scope.cancel("race"), jitter(), TimeUnit.NANOSECONDS);
					}
					late += future.get(30, TimeUnit.SECONDS) ? 0 : 1;
					pool.awaitFull();
				}
			}
			assertThat(pool.backend()).isEqualTo(backend);
		}
		System.out.printf("%d waits for a connection: %d ended by their scope or subscriber, 0 connections lost%n",
				RACES, late);
	}

	private static long jitter() {
		return ThreadLocalRandom.current().nextLong(0, 2_000_000);
	}

}
