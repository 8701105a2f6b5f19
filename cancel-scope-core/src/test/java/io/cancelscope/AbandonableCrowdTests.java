package io.cancelscope;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import io.cancelscope.testing.Trail;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * All 64 threads for calls that nothing can stop are in use.
 */
@Timeout(60)
@ExtendWith(ThreadStaysClean.class)
class AbandonableCrowdTests {

	private static final int LIMIT = 64;

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = Scopes.on(this.time);

	private final Trail trail = new Trail();

	private final CountDownLatch release = new CountDownLatch(1);

	private final AtomicInteger late = new AtomicInteger();

	private final LogTrail log = new LogTrail();

	@BeforeEach
	void leaveAsManyAsThereAre() throws Exception {
		await().until(() -> this.scopes.abandonableCalls().running() == 0);
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("crowd"));
		CountDownLatch begun = new CountDownLatch(LIMIT);
		List<OtherThread.Outcome<String>> callers = new ArrayList<>();
		for (int i = 0; i < LIMIT; i++) {
			callers.add(new OtherThread().start(() -> scope.abandonable((inside) -> {
				begun.countDown();
				while (!Patience.await(this.release)) {
					this.trail.add("still waiting");
				}
				return "value";
			}, (value) -> this.late.incrementAndGet())));
		}
		assertThat(Patience.await(begun)).isTrue();
		scope.cancel();
		for (OtherThread.Outcome<String> caller : callers) {
			assertThat(caller.failure()).isInstanceOf(ScopeCancelledException.class);
		}
		scope.close();
		assertThat(this.scopes.abandonableCalls().running()).isEqualTo(LIMIT);
	}

	@AfterEach
	void releaseThem() {
		this.release.countDown();
		await().until(() -> this.scopes.abandonableCalls().running() == 0);
		this.log.close();
		assertThat(this.late).hasValue(LIMIT);
	}

	@Test
	void nextOneWaitsWithinItsScopeAndIsCancelledThereWithANote() throws Exception {
		OtherThread caller = new OtherThread();
		OtherThread.Outcome<String> outcome = callInScope(caller, ScopeOptions.named("next").withTimeout(seconds(1)));

		this.time.advance(seconds(1));

		assertThat(outcome.failure()).isExactlyInstanceOf(DeadlineExceededException.class)
			.hasMessage("scope 'next' (1s) exceeded its deadline")
			.satisfies((ex) -> assertThat(ex.getSuppressed()).singleElement()
				.isInstanceOf(RejectedExecutionException.class)
				.asString()
				.contains("64 threads"));
		assertThat(outcome.flag()).isFalse();
		assertThat(this.trail.words()).isEmpty();
		assertThat(this.scopes.abandonableCalls().running()).isEqualTo(LIMIT);
		this.release.countDown();
		await().until(() -> this.scopes.abandonableCalls().running() == 0);
	}

	@Test
	void nextOneInACancelledScopeDoesNotBeginToWait() {
		try (OpenScope scope = this.scopes.open(ScopeOptions.named("over"))) {
			scope.cancel("enough");

			assertThatExceptionOfType(ScopeCancelledException.class)
				.isThrownBy(() -> scope.abandonable((inside) -> "called", this.trail.adding("late")))
				.withMessage("scope 'over' was cancelled: enough")
				.satisfies((ex) -> assertThat(ex).hasNoSuppressedExceptions());
		}
		assertThat(this.scopes.abandonableCalls().running()).isEqualTo(LIMIT);
	}

	@Test
	void nextOneThatIsInterruptedBySomebodyElseLeavesWithTheFlagSet() throws Exception {
		OtherThread caller = new OtherThread();
		OtherThread.Outcome<String> outcome = callInScope(caller, ScopeOptions.named("next"));

		caller.thread().interrupt();

		assertThat(outcome.failure()).isInstanceOf(CompletionException.class)
			.hasCauseInstanceOf(InterruptedException.class);
		assertThat(outcome.flag()).isTrue();
	}

	@Test
	void nextOneIsCalledWhenAThreadIsFree() throws Exception {
		OtherThread caller = new OtherThread();
		OtherThread.Outcome<String> outcome = callInScope(caller, ScopeOptions.named("next"));

		this.release.countDown();

		assertThat(outcome.value()).isEqualTo("called");
	}

	@Test
	void placesAreNeitherLostNorMadeWhereMoreThanThereAreWait() throws Exception {
		this.release.countDown();
		for (int run = 0; run < 20; run++) {
			List<OpenScope> opened = new ArrayList<>();
			List<Thread> callers = new ArrayList<>();
			for (int i = 0; i < 100; i++) {
				OpenScope scope = this.scopes.openUnbound(ScopeOptions.named("next"));
				opened.add(scope);
				callers.add(Patience.start(() -> {
					try {
						scope.abandonable((inside) -> {
							Thread.yield();
							return "value";
						}, (value) -> {
						});
					}
					catch (ScopeCancelledException ex) {
						Thread.yield();
					}
				}));
			}

			opened.forEach(CancelScope::cancel);

			for (Thread caller : callers) {
				assertThat(Patience.ends(caller)).isTrue();
			}
			opened.forEach(OpenScope::close);
			await().until(() -> this.scopes.abandonableCalls().running() == 0);
		}
	}

	@Test
	void thoseWhoWaitSaySoOnceInTenSeconds() throws Exception {
		Abandonable.sayItAgain();

		List<OtherThread.Outcome<String>> waiting = List.of(callInScope(new OtherThread(), ScopeOptions.named("next")),
				callInScope(new OtherThread(), ScopeOptions.named("and one more")));

		assertThat(this.log.lines()).singleElement()
			.asString()
			.startsWith(
					"WARNING All 64 threads for abandonable calls are in use, so scope 'next' waits. Abandoned calls so far: ")
			.endsWith(". Check which calls never end. Logged at most every 10s.");
		this.release.countDown();
		for (OtherThread.Outcome<String> outcome : waiting) {
			assertThat(outcome.value()).isEqualTo("called");
		}
	}

	private OtherThread.Outcome<String> callInScope(OtherThread caller, ScopeOptions options) throws Exception {
		OtherThread.Outcome<String> outcome = caller.start(() -> this.scopes.call(options, (scope) -> {
			caller.arrive();
			return scope.abandonable((inside) -> "called", this.trail.adding("late"));
		}));
		caller.awaitBlocked();
		return outcome;
	}

}
