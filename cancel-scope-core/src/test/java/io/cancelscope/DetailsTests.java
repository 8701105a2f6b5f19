package io.cancelscope;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.cancelscope.testing.ManualTime;
import io.cancelscope.testing.ThreadStaysClean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.cancelscope.Scopes.SECOND;
import static io.cancelscope.Scopes.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What a scope tells those who show or measure it.
 */
@ExtendWith(ThreadStaysClean.class)
class DetailsTests {

	private final ManualTime time = new ManualTime();

	private final CancelScopes scopes = CancelScopes.builder()
		.timeSource(this.time)
		.callbackExecutor(Runnable::run)
		.listener(new CancelScopeListener() {
		})
		.build();

	@Test
	void switchesAreTold() {
		this.scopes.run(ScopeOptions.named("plain"),
				(plain) -> assertThat(plain.details())
					.isEqualTo(new ScopeDetails(null, false, false, false, false, true, false, false, false, false,
							Duration.ZERO, this.time, this.time.nanoTime(), null, null, Thread.currentThread())));
		this.scopes.run(ScopeOptions.named("all").shield().bubble().interrupt(), (all) -> {
			assertThat(all.details().shielded()).isTrue();
			assertThat(all.details().bubbling()).isTrue();
			assertThat(all.details().interrupting()).isTrue();
			this.scopes.run(ScopeOptions.named("inner"), (inner) -> {
				assertThat(inner.details().shielded()).isFalse();
				assertThat(inner.details().bubbling()).isTrue();
				assertThat(inner.details().interrupting()).isFalse();
			});
		});
	}

	@Test
	void parentIsTheNearestScopeThatIsOpen() {
		this.scopes.run(ScopeOptions.named("outer"), (outer) -> {
			OpenScope middle = this.scopes.openUnbound(ScopeOptions.named("middle"));
			OpenScope inner = Scopes.openIn(middle, this.scopes, ScopeOptions.named("inner").shield());
			OpenScope detached = Scopes.openIn(middle, this.scopes, ScopeOptions.named("detached").detached());

			assertThat(inner.details().parent()).isSameAs(middle);
			assertThat(detached.details().parent()).isNull();
			middle.close();
			assertThat(inner.details().parent()).isSameAs(outer);
			inner.close();
			detached.close();
		});
	}

	@Test
	void cancelledParentThatIsClosedIsNotShown() {
		this.scopes.run(ScopeOptions.named("outer"), (outer) -> {
			OpenScope middle = this.scopes.openUnbound(ScopeOptions.named("middle"));
			OpenScope inner = Scopes.openIn(middle, this.scopes, ScopeOptions.named("inner"));
			middle.cancel();
			middle.close();

			assertThat(inner.details().parent()).isSameAs(outer);
			inner.close();
		});
	}

	@Test
	void budgetReachesToTheEffectiveDeadline() {
		this.scopes.run(ScopeOptions.timeout(seconds(3)), (outer) -> {
			this.time.advance(SECOND);
			this.scopes.run(ScopeOptions.timeout(seconds(5)), (inner) -> {
				this.time.advance(SECOND);

				assertThat(inner.details().budget()).isEqualTo(seconds(2));
				assertThat(inner.details().elapsed()).isEqualTo(SECOND);
				assertThat(outer.details().budget()).isEqualTo(seconds(3));
				assertThat(outer.details().elapsed()).isEqualTo(seconds(2));
			});
		});
		this.scopes.run(ScopeOptions.timeout(seconds(-1)),
				(late) -> assertThat(late.details().budget()).isEqualTo(Duration.ZERO));
	}

	@Test
	void budgetFollowsTheDeadlineAndSurvivesTheClose() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.timeout(SECOND));
		Runnable carried = scope.wrap(() -> {
		});

		scope.reschedule(Deadline.after(seconds(4), this.time));
		this.time.advance(seconds(2));
		scope.close();
		carried.run();
		this.time.advance(seconds(9));

		assertThat(scope.details().budget()).isEqualTo(seconds(4));
		assertThat(scope.details().closed()).isTrue();
		assertThat(scope.details().carried()).isTrue();
		assertThat(scope.details().origin()).isFalse();
	}

	@Test
	void timeEndsWithTheClose() {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(seconds(9)));
		this.time.advance(SECOND);
		assertThat(scope.details().elapsed()).isEqualTo(SECOND);
		this.time.advance(SECOND);
		scope.close();
		long closedAt = this.time.nanoTime();
		this.time.advance(SECOND);

		assertThat(scope.details().elapsed()).isEqualTo(seconds(2));
		assertThat(scope.details().until()).isEqualTo(closedAt);
		assertThat(scope.details().timeSource()).isSameAs(this.time);
	}

	@Test
	void timeOfAScopeWithoutADeadlineEndsWhenItsListenerAsks() {
		List<ScopeDetails> told = new ArrayList<>();
		CancelScopes listened = CancelScopes.builder().timeSource(this.time).listener(new CancelScopeListener() {
			@Override
			public void closed(CancelScope scope) {
				told.add(scope.details());
			}
		}).build();
		OpenScope scope = listened.open(ScopeOptions.named("scope"));
		this.time.advance(seconds(2));
		scope.close();
		this.time.advance(SECOND);

		assertThat(told).extracting(ScopeDetails::elapsed).containsExactly(seconds(2));
		assertThat(scope.details().elapsed()).isEqualTo(seconds(2));
		assertThat(scope.details().until()).isEqualTo(told.get(0).until());
	}

	@Test
	void timeOfACancelledScopeGoesOnUntilItsClose() {
		OpenScope scope = this.scopes.open(ScopeOptions.timeout(SECOND));
		this.time.advance(seconds(3));
		assertThat(scope.isCancelled()).isTrue();
		this.time.advance(SECOND);
		scope.close();

		assertThat(scope.details().elapsed()).isEqualTo(seconds(4));
	}

	@Test
	void budgetOfAScopeThatIsOnlyObservedIsWhatItWouldHaveHad() {
		CancelScopes observing = CancelScopes.builder().timeSource(this.time).listener(new CancelScopeListener() {
		}).observe((name) -> true).build();

		observing.run(ScopeOptions.timeout(SECOND), (scope) -> {
			this.time.advance(seconds(2));

			assertThat(scope.details().observed()).isTrue();
			assertThat(scope.details().budget()).isEqualTo(SECOND);
			assertThat(scope.details().elapsed()).isEqualTo(seconds(2));
		});
	}

	@Test
	void originIsWhereTheCancellationBegan() {
		this.scopes.run(ScopeOptions.named("same"), (outer) -> this.scopes.run(ScopeOptions.named("same"), (inner) -> {
			assertThat(outer.details().origin()).isFalse();

			outer.cancel();

			assertThat(outer.details().origin()).isTrue();
			assertThat(inner.details().origin()).isFalse();
			assertThat(inner.isCancelled()).isTrue();
		}));
	}

	@Test
	void deadlineThatHasPassedIsNoticed() {
		this.scopes.run(ScopeOptions.timeout(SECOND), (scope) -> {
			this.time.advance(SECOND);

			assertThat(scope.details().origin()).isTrue();
		});
	}

	@Test
	void failureIsKnownAlsoWhereItCancelsNothing() {
		OpenScope scope = this.scopes.openUnbound(ScopeOptions.none().cancelOnException(false));
		CancelScope[] called = new CancelScope[1];

		scope.failed(new IllegalStateException());
		Throwable thrown = catchThrowable(() -> this.scopes.run(ScopeOptions.none(), (inner) -> {
			called[0] = inner;
			throw new IllegalStateException("here");
		}));

		assertThat(scope.details().failed()).isTrue();
		assertThat(scope.isCancelled()).isFalse();
		assertThat(thrown).hasMessage("here");
		assertThat(called[0].details().failed()).isTrue();
		scope.close();
	}

	@Test
	void threadIsKnownWhileTheScopeIsOpenAndBound() {
		OpenScope bound = this.scopes.open(ScopeOptions.none());
		OpenScope unbound = this.scopes.openUnbound(ScopeOptions.none());

		assertThat(bound.details().thread()).isSameAs(Thread.currentThread());
		assertThat(bound.details().bound()).isTrue();
		assertThat(unbound.details().thread()).isNull();
		assertThat(unbound.details().bound()).isFalse();
		unbound.close();
		bound.close();
		assertThat(bound.details().thread()).isNull();
	}

	@Test
	void nothingIsNotedDownWhereNobodyWatches() {
		CancelScopes unwatched = Scopes.on(this.time);

		unwatched.run(ScopeOptions.timeout(SECOND).bubble(), (scope) -> {
			assertThat(scope.details().bubbling()).isTrue();
			assertThat(scope.details().elapsed()).isNull();
			assertThat(scope.details().budget()).isNull();
			assertThat(scope.details().thread()).isNull();
		});
	}

	@Test
	void budgetSourceIsTold() {
		ScopeOptions options = ScopeOptions.timeout(Duration.ofSeconds(1)).withBudgetSource("caller");

		this.scopes.run(options.withName("x").shield(),
				(scope) -> assertThat(scope.details().budgetSource()).isEqualTo("caller"));
		assertThat(options.budgetSource()).contains("caller");
		assertThat(options.withBudgetSource(null).budgetSource()).isEmpty();
	}

	@Test
	void rootSaysNothing() {
		assertThat(CancelScope.current().details()).isEqualTo(new ScopeDetails(null, false, false, false, false, false,
				false, false, false, false, null, null, 0, null, null, null));
	}

}
