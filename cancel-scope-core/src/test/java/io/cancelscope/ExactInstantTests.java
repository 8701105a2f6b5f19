package io.cancelscope;

import java.util.ArrayList;
import java.util.List;

import io.cancelscope.testing.LogTrail;
import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A deadline has passed at its very instant (R4), also for what is only observed or
 * complained of.
 */
@ExtendWith(ThreadStaysClean.class)
class ExactInstantTests {

	private final LogTrail log = new LogTrail();

	private final ManualTime time = new ManualTime();

	private final List<CancelReason> observed = new ArrayList<>();

	private final CancelScopes scopes = CancelScopes.builder().timeSource(this.time).findForgotten(1).build();

	private final CancelScopes observing = CancelScopes.builder()
		.timeSource(this.time)
		.observe((name) -> true)
		.listener(new CancelScopeListener() {

			@Override
			public void observed(CancelScope scope, CancelReason reason) {
				ExactInstantTests.this.observed.add(reason);
			}

		})
		.build();

	@AfterEach
	void stopListening() {
		this.log.close();
	}

	@Test
	void observedScopeThatEndsAtItsDeadlineIsTooLate() {
		this.observing.run(ScopeOptions.timeout(seconds(1)), (scope) -> this.time.advance(seconds(1)));

		assertThat(this.observed).extracting(CancelReason::kind).containsExactly(CancelReason.Kind.DEADLINE);
	}

	@Test
	void observedScopeThatWasMovedIsToldHowLongItTook() {
		this.time.advance(seconds(7));

		this.observing.run(ScopeOptions.named("moved").withTimeout(seconds(1)), (scope) -> {
			((OpenScope) scope).reschedule(seconds(2));
			this.time.advance(seconds(3));
		});

		assertThat(this.observed).singleElement()
			.satisfies((reason) -> assertThat(reason.message()).endsWith("after 3s"));
	}

	/** The clock may begin anywhere. */
	@ParameterizedTest
	@ValueSource(longs = { -5_000_000_000L, 0, 5_000_000_000L, Long.MAX_VALUE })
	void observedScopeWithoutADeadlineIsNeverTooLate(long start) {
		List<CancelScope> told = new ArrayList<>();
		ManualTime somewhere = new ManualTime(start);
		CancelScopes there = CancelScopes.builder()
			.timeSource(somewhere)
			.observe((name) -> true)
			.listener(new CancelScopeListener() {

				@Override
				public void observed(CancelScope scope, CancelReason reason) {
					told.add(scope);
				}

			})
			.build();

		there.run(ScopeOptions.none(), (scope) -> somewhere.advance(seconds(1)));

		assertThat(told).isEmpty();
	}

	@Test
	void scopeThatIsOpenAMinuteAfterItsDeadlineIsNoticedOnce() {
		this.scopes.run(ScopeOptions.named("left").withTimeout(seconds(1)), (left) -> {
			this.time.advance(seconds(61));

			this.scopes.run(ScopeOptions.named("first"), CancelScope::isCancelled);
			this.scopes.run(ScopeOptions.named("second"), CancelScope::isCancelled);
		});

		assertThat(this.log.lines()).singleElement().asString().contains("'left'", "1m after its deadline", "'first'");
	}

	@Test
	void scopeThatIsOpenAMomentLessIsNotNoticed() {
		this.scopes.run(ScopeOptions.timeout(seconds(1)), (left) -> {
			this.time.advance(seconds(61).minusNanos(1));

			this.scopes.run(ScopeOptions.none(), CancelScope::isCancelled);
		});

		assertThat(this.log.lines()).isEmpty();
	}

}
