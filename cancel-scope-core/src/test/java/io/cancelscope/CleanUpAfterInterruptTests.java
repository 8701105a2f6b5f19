package io.cancelscope;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.cancelscope.testing.ManualTime;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * R20, R22: clean-up that is shielded from the interruption which led to it leaves that
 * interruption what it was.
 */
@Timeout(60)
class CleanUpAfterInterruptTests {

	private final CancelScopes scopes = Scopes.on(new ManualTime());

	private final AtomicReference<CancelScope> scope = new AtomicReference<>();

	private final CountDownLatch cleaning = new CountDownLatch(1);

	private final CountDownLatch mayEnd = new CountDownLatch(1);

	private static String block() throws InterruptedException {
		new CountDownLatch(1).await();
		return "woken by nobody";
	}

	private void cleanUp() throws InterruptedException {
		this.cleaning.countDown();
		this.mayEnd.await();
	}

	/** What keeps the clean-up from being interrupted. */
	enum KeptFrom {

		SHIELD {
			@Override
			void cleanUp(CleanUpAfterInterruptTests test) throws Exception {
				test.scopes.run(ScopeOptions.named("clean-up").shield(), (shield) -> test.cleanUp());
			}
		},

		DETACHED {
			@Override
			void cleanUp(CleanUpAfterInterruptTests test) throws Exception {
				test.scopes.run(ScopeOptions.named("clean-up").detached(), (detached) -> test.cleanUp());
			}
		},

		REGION_IN_A_SHIELD {
			@Override
			void cleanUp(CleanUpAfterInterruptTests test) throws Exception {
				test.scopes.run(ScopeOptions.named("clean-up").shield(), (shield) -> shield.interruptibly((inside) -> {
					test.cleanUp();
					return null;
				}));
			}
		},

		SHIELD_THAT_INTERRUPTS {
			@Override
			void cleanUp(CleanUpAfterInterruptTests test) throws Exception {
				test.scopes.run(ScopeOptions.named("clean-up").shield().interrupt(), (shield) -> test.cleanUp());
			}
		},

		ONE_SHIELD_AFTER_THE_OTHER {
			@Override
			void cleanUp(CleanUpAfterInterruptTests test) throws Exception {
				SHIELD.cleanUp(test);
				SHIELD.cleanUp(test);
			}
		},

		WORK_OF_ANOTHER_SCOPE {
			@Override
			void cleanUp(CleanUpAfterInterruptTests test) throws Exception {
				OpenScope another = test.scopes.openUnbound(ScopeOptions.named("another").detached());
				another.wrap(() -> {
					test.cleanUp();
					return true;
				}).call();
			}
		};

		abstract void cleanUp(CleanUpAfterInterruptTests test) throws Exception;

	}

	static Stream<Arguments> everyWayOnEveryThread() {
		return Arrays.stream(OnThread.values())
			.flatMap((thread) -> Arrays.stream(KeptFrom.values()).map((way) -> Arguments.of(way, thread)));
	}

	private String blockAndCleanUp(OtherThread other, CancelScope scope, KeptFrom way) throws Exception {
		this.scope.set(scope);
		other.arrive();
		try {
			return block();
		}
		finally {
			way.cleanUp(this);
		}
	}

	private void cancelAndLetItCleanUp(OtherThread other) throws InterruptedException {
		other.awaitArrival();
		this.scope.get().cancel("enough");
		this.cleaning.await();
		this.mayEnd.countDown();
	}

	@ParameterizedTest
	@MethodSource("everyWayOnEveryThread")
	void exceptionIsTheScopes(KeptFrom way, OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("order").interrupt(),
					(order) -> blockAndCleanUp(other, order, way)));

			cancelAndLetItCleanUp(other);

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class)
				.hasMessage("scope 'order' was cancelled: enough")
				.hasCauseInstanceOf(InterruptedException.class);
			assertThat(outcome.flag()).isFalse();
		}
	}

	@ParameterizedTest
	@MethodSource("everyWayOnEveryThread")
	void fallbackRuns(KeptFrom way, OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.callOrElse(ScopeOptions.named("order").interrupt(),
					(order) -> blockAndCleanUp(other, order, way), (reason) -> "fallback"));

			cancelAndLetItCleanUp(other);

			assertThat(outcome.value()).isEqualTo("fallback");
			assertThat(outcome.flag()).isFalse();
		}
	}

	@ParameterizedTest
	@MethodSource("everyWayOnEveryThread")
	void exceptionIsTheScopesInARegionToo(KeptFrom way, OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.call(ScopeOptions.named("order"),
					(order) -> order.interruptibly((inside) -> blockAndCleanUp(other, inside, way))));

			cancelAndLetItCleanUp(other);

			assertThat(outcome.failure()).isInstanceOf(ScopeCancelledException.class)
				.hasCauseInstanceOf(InterruptedException.class);
			assertThat(outcome.flag()).isFalse();
		}
	}

	/** Inside the shield none of ours was outstanding, so this one is somebody else's. */
	@ParameterizedTest
	@MethodSource("everyWayOnEveryThread")
	void foreignInterruptOfTheCleanUpIsNeverLost(KeptFrom way, OnThread kind) throws Exception {
		try (OtherThread other = kind.other()) {
			var outcome = other.start(() -> this.scopes.callOrElse(ScopeOptions.named("order").interrupt(),
					(order) -> blockAndCleanUp(other, order, way), (reason) -> "fallback"));
			other.awaitArrival();
			this.scope.get().cancel("enough");
			this.cleaning.await();

			other.thread().interrupt();

			assertThat(outcome.failure()).isInstanceOf(InterruptedException.class);
		}
	}

}
