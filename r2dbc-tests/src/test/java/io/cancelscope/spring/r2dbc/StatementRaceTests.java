package io.cancelscope.spring.r2dbc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.CancelScopes;
import io.cancelscope.OpenScope;
import io.cancelscope.ScopeCancelledException;
import io.cancelscope.ScopeOptions;
import io.cancelscope.spring.reactor.ScopeInContext;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Race: a statement ends while its scope is cancelled, or its subscriber leaves. The next
 * statement of the connection gets its own answer, and is never stopped. For more races:
 * {@code -Dcancel-scope.test.races=5000}.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StatementRaceTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private static final int RACES = Integer.getInteger("cancel-scope.test.races", 100);

	private final CancelScopes scopes = CancelScopes.create();

	@ParameterizedTest
	@EnumSource(Driver.class)
	void nextAnswerIsNeverAnothersAndNeverStopped(Driver driver) throws Exception {
		WatchedPool pool = new WatchedPool(driver.database(), 1);
		AtomicInteger answered = new AtomicInteger();
		AtomicInteger stopped = new AtomicInteger();
		try (pool) {
			int backend = pool.backend();
			for (int race = 0; race < RACES; race++) {
				race(pool, driver, race, answered, stopped);
				int expected = 1_000_000 + race;

				assertThat(pool.number("select " + expected).block(SOON)).isEqualTo(expected);
			}
			assertThat(pool.backend()).isEqualTo(backend);
			pool.awaitFull();
		}
		System.out.printf("%s: %d races on one connection: %d answered, %d stopped, 0 next statements hurt%n", driver,
				RACES, answered.get(), stopped.get());
	}

	private void race(WatchedPool pool, Driver driver, int race, AtomicInteger answered, AtomicInteger stopped) {
		long takes = ThreadLocalRandom.current().nextLong(0, 4_000);
		Duration cancelAfter = Duration.ofNanos(ThreadLocalRandom.current().nextLong(500_000, 7_000_000));
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("race"));
		try (scope) {
			Mono<Integer> statement = pool.number(driver.sleep(takes, race))
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope));
			if (race % 3 == 0) {
				statement = statement.timeout(cancelAfter, Mono.just(-1));
			}
			else {
				Schedulers.parallel().schedule(() -> scope.cancel("race"), cancelAfter.toNanos(), TimeUnit.NANOSECONDS);
			}
			Integer answer = statement.onErrorResume((failure) -> {
				assertThat(ScopeCancelledException.findIn(failure)).as("%s", failure).isNotNull();
				return Mono.just(-1);
			}).block(SOON);
			if (answer == race) {
				answered.incrementAndGet();
			}
			else {
				// MariaDB ends a sleep that is stopped with an answer of its own.
				stopped.incrementAndGet();
			}
		}
	}

	/** Two hundred at once, on a pool of ten. */
	@ParameterizedTest
	@EnumSource(Driver.class)
	void manyAtOnceLeaveThePoolFull(Driver driver) throws Exception {
		Database database = driver.database();
		WatchedPool pool = new WatchedPool(database, 10);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("many"));
		try (pool; scope) {
			Mono<Long> failed = Flux.range(0, 200)
				.flatMap((n) -> pool.number(database.sleep())
					.<Throwable>map((row) -> new AssertionError("not stopped"))
					.onErrorResume(Mono::just), 200)
				.filter((failure) -> ScopeCancelledException.findIn(failure) != null)
				.count()
				.contextWrite((context) -> context.put(ScopeInContext.KEY, scope));
			CompletableFuture<Long> all = failed.toFuture();
			database.awaitRunning(10);
			scope.cancel("not needed");

			assertThat(all.get(30, TimeUnit.SECONDS)).isEqualTo(200);
			database.awaitRunning(0);
			pool.awaitFull();
			assertThat(pool.backend()).isPositive();
		}
	}

}
