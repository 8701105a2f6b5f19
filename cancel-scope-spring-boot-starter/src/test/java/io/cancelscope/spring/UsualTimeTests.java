package io.cancelscope.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.cancelscope.CancelScopes;
import io.cancelscope.ScopeOptions;
import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Work that no longer fits is not begun.
 */
class UsualTimeTests {

	/** Far from where the clock wraps, and close to it. */
	private ManualTime time = new ManualTime();

	private CancelScopes scopes = this.time.scopes();

	private UsualTime usual = new UsualTimes(this.time).of("work");

	@Test
	void nothingIsRefusedBeforeEnoughCallsAreKnown() {
		take(RecentCalls.LEAST - 1, 1_000, 300);
		assertThat(call(100, 10)).as("budget of 100ms").isTrue();
		assertThat(this.usual.usual()).as("the short call counts, too").isEqualTo(Duration.ofMillis(300));

		assertThat(call(100, 0)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE - 3_000_000_000L })
	void callThatDoesNotFitIsRefused(long start) {
		at(start);
		take(RecentCalls.LEAST, 1_000, 300);

		assertThat(call(300, 0)).isTrue();
		assertThat(call(299, 0)).isFalse();
		assertThat(call(0, 0)).isFalse();
	}

	@Test
	void messageNamesWhatItTakesAndWhatIsLeft() {
		take(RecentCalls.LEAST, 1_000, 300);

		assertThat(refusal(200)).hasMessage("it usually takes 300ms, and only 200ms are left");
		InsufficientBudgetException strict = refusal(400);
		assertThat(strict).hasMessage(
				"it usually takes 300ms, requires 450ms shortly after it did not fit," + " and only 400ms are left");
		assertThat(strict.required()).isEqualTo(Duration.ofMillis(450));
		assertThat(strict.left()).isEqualTo(Duration.ofMillis(400));
	}

	@Test
	void refusalMakesThoseAfterItStricter() {
		take(RecentCalls.LEAST, 1_000, 300);
		assertThat(call(310, 0)).isTrue();
		call(299, 0);

		assertThat(call(449, 0)).isFalse();
		assertThat(call(450, 0)).isTrue();
		this.time.advance(Duration.ofMillis(999));
		assertThat(call(449, 0)).as("not prolonged by those that fit barely").isFalse();
		this.time.advance(Duration.ofMillis(1));
		assertThat(call(310, 0)).isTrue();
	}

	@Test
	void medianThatMovesAroundTheBudgetTurnsFewDecisions() {
		take(RecentCalls.MOST, 1_000, 105);
		long end = this.time.nanoTime() + Duration.ofSeconds(100).toNanos();
		int turns = 0;
		int begunInTurn = 0;
		for (int i = 0; this.time.nanoTime() < end; i++) {
			begunInTurn = call(100, (i / 7 % 2 == 0) ? 95 : 105) ? begunInTurn + 1 : 0;
			// One alone is a trial.
			turns += (begunInTurn == 2) ? 1 : 0;
			this.time.advance(Duration.ofMillis(10));
		}
		assertThat(turns).as("turns within 100 seconds").isLessThan(15);
	}

	@Test
	void oneOfFiftyRefusedCallsIsTried() {
		take(RecentCalls.MOST, 1_000, 300);
		this.time.advance(Duration.ofSeconds(3));

		assertThat(begun(200, 200, Duration.ofMillis(100))).containsExactly(49, 99, 149, 199);
	}

	@Test
	void trialsAreTenUsualTimesApart() {
		take(RecentCalls.MOST, 1_000, 300);
		this.time.advance(Duration.ofSeconds(3));

		List<Integer> begun = begun(1_000, 200, Duration.ofMillis(10));
		assertThat(begun).hasSizeBetween(3, 4);
		assertThat(begun.get(0)).isEqualTo(49);
		assertThat(begun.get(1) - begun.get(0)).isBetween(275, 301);
	}

	@Test
	void callsBeginAgainAfterTheWorkHasBecomeFaster() {
		take(RecentCalls.MOST, 1_000, 300);
		int refused = 0;
		int begun = 0;
		while (begun < 20 && refused < 10_000) {
			boolean isBegun = call(200, 20);
			begun = isBegun ? begun + 1 : 0;
			refused += isBegun ? 0 : 1;
			this.time.advance(Duration.ofMillis(100));
		}
		assertThat(refused).as("four trials turn the median").isBetween(190, 200);
		assertThat(this.usual.usual()).isEqualTo(Duration.ofMillis(20));
	}

	@Test
	void allAreTriedAgainOnceTheCallsAreOld() {
		take(RecentCalls.LEAST, 1_000, 300);
		assertThat(call(200, 0)).isFalse();
		this.time.advance(Duration.ofSeconds(61));

		assertThat(call(200, 20)).isTrue();
		assertThat(call(10, 20)).isTrue();
	}

	@Test
	void callsThatTheirDeadlineEndsTakeLongerThanThat() {
		take(8, 200, 50);
		take(12, 200, 200);

		assertThat(this.usual.usual()).isEqualTo(Duration.ofMillis(200).plusNanos(1));
		assertThat(call(200, 0)).isFalse();
		this.time.advance(Duration.ofSeconds(1));
		assertThat(call(201, 0)).isTrue();
	}

	@Test
	void callThatIsStoppedEarlyTellsNothing() {
		take(RecentCalls.LEAST, 1_000, 300);
		for (int i = 0; i < RecentCalls.MOST; i++) {
			this.scopes.run(ScopeOptions.timeout(Duration.ofSeconds(1)), (scope) -> {
				UsualTime.Call call = this.usual.begin(scope);
				this.time.advance(Duration.ofMillis(10));
				scope.cancel("the client is gone");
				call.stopped();
			});
		}
		assertThat(this.usual.usual()).isEqualTo(Duration.ofMillis(300));
	}

	@Test
	void callWithoutADeadlineAlwaysBeginsAndIsLearnt() {
		for (int i = 0; i < 100; i++) {
			this.scopes.run(ScopeOptions.none(), (scope) -> {
				UsualTime.Call call = this.usual.begin(scope);
				assertThat(call.isRefused()).isFalse();
				this.time.advance(Duration.ofMillis(300));
				call.completed();
			});
		}
		assertThat(this.usual.usual()).isEqualTo(Duration.ofMillis(300));
	}

	@Test
	void slowDayIsFollowed() {
		take(1_000, 1_000, 100);
		assertThat(call(250, 0)).isTrue();
		take(RecentCalls.MOST / 2 + 1, 1_000, 400);
		assertThat(this.usual.usual()).isEqualTo(Duration.ofMillis(400));
		assertThat(call(250, 0)).isFalse();
	}

	@Test
	void outlivingCallThatIsTriedBeginsOnItsThread() {
		take(RecentCalls.MOST, 1_000, 300);
		this.time.advance(Duration.ofSeconds(3));
		begun(49, 200, Duration.ofMillis(10));

		this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(200)), (scope) -> {
			assertThat(this.usual.beginOutliving(scope).isRefused()).isFalse();
			assertThat(this.usual.awaitsThread(scope)).isFalse();
			this.time.advance(Duration.ofMillis(50));
			assertThat(this.usual.beginOutliving(scope).isRefused()).as("on the worker").isFalse();
			this.usual.ended(scope, true);
			this.usual.ended(scope, true);
		});
	}

	@Test
	void callThatWaitedInVainTellsNothing() {
		for (int i = 0; i < RecentCalls.LEAST; i++) {
			this.scopes.run(ScopeOptions.timeout(Duration.ofMillis(200)), (scope) -> {
				this.usual.beginOutliving(scope);
				this.usual.awaitsThread(scope);
				this.time.advance(Duration.ofMillis(300));
				this.usual.ended(scope, false);
			});
		}
		assertThat(this.usual.usual()).isNull();
	}

	/** Race: threads begin and end calls, and one of them determines the median. */
	@Test
	void manyThreadsAtOnce() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			Callable<Integer> work = () -> {
				int refused = 0;
				for (int i = 0; i < 5_000; i++) {
					refused += call(150, (i % 10 == 0) ? 1 : 0) ? 0 : 1;
				}
				return refused;
			};
			assertThat(threads.invokeAll(List.of(work, work, work, work), 60, TimeUnit.SECONDS))
				.allSatisfy((future) -> assertThat(future).isDone().isNotCancelled());
		}
		finally {
			threads.shutdownNow();
		}
		take(RecentCalls.MOST, 1_000, 300);
		assertThat(this.usual.usual()).isEqualTo(Duration.ofMillis(300));
		assertThat(call(200, 0)).isFalse();
	}

	private void at(long nanos) {
		this.time = new ManualTime(nanos);
		this.scopes = this.time.scopes();
		this.usual = new UsualTimes(this.time).of("work");
	}

	private void take(int times, int budget, int millis) {
		for (int i = 0; i < times; i++) {
			call(budget, millis);
		}
	}

	/** Returns which of so many calls, a while apart, were begun, and stopped. */
	private List<Integer> begun(int times, int budget, Duration apart) {
		List<Integer> begun = new ArrayList<>();
		for (int i = 0; i < times; i++) {
			if (call(budget, budget)) {
				begun.add(i);
			}
			this.time.advance(apart);
		}
		return begun;
	}

	/** Returns whether a call was begun. */
	private boolean call(int budget, int millis) {
		return this.scopes.call(ScopeOptions.timeout(Duration.ofMillis(budget)), (scope) -> {
			UsualTime.Call call = this.usual.begin(scope);
			if (call.isRefused()) {
				call.stopped();
				return false;
			}
			this.time.advance(Duration.ofMillis(millis));
			if (scope.isCancelled()) {
				call.stopped();
			}
			else {
				call.completed();
			}
			return true;
		});
	}

	private InsufficientBudgetException refusal(int budget) {
		return this.scopes.call(ScopeOptions.timeout(Duration.ofMillis(budget)), (scope) -> {
			assertThat(this.usual.begin(scope).isRefused()).isTrue();
			return (InsufficientBudgetException) scope.reason().orElseThrow().cause();
		});
	}

}
